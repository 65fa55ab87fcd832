package rules

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"headroom/internal/config"
)

// Set is what a number of rule files say. It is never changed.
type Set struct {
	Files  []string // in the order of their patterns
	groups map[string]*rulefmt.RuleGroups
	parser parser.Parser
}

// Load reads the rule files that match any of the patterns, which are relative to
// dir. Of a pattern without wildcards the file must be there. If anything is
// wrong, the error is [config.Faults] with everything that is, in all files.
func Load(p parser.Parser, dir string, patterns ...string) (*Set, error) {
	files, faults := find(dir, patterns)
	s := &Set{Files: files, groups: map[string]*rulefmt.RuleGroups{}, parser: p}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			faults = append(faults, config.Fault{File: file, Problem: err.Error()})
			continue
		}
		groups, errs := rulefmt.Parse(text, false, model.UTF8Validation, p, slog.New(slog.DiscardHandler))
		faults = append(faults, faultsOf(file, text, errs)...)
		s.groups[file] = groups
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return s, nil
}

// find lists the files of the patterns, each once.
func find(dir string, patterns []string) (files []string, faults config.Faults) {
	for _, pattern := range patterns {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(dir, pattern)
		}
		found, err := filepath.Glob(pattern)
		switch {
		case err != nil:
			faults = append(faults, config.Fault{File: pattern, Problem: err.Error()})
		case len(found) == 0 && !strings.ContainsAny(pattern, `*?[\`):
			faults = append(faults, config.Fault{File: pattern, Problem: "there is no such file"})
		}
		for _, file := range found {
			if !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files, faults
}

// Count returns how many groups and rules there are.
func (s *Set) Count() (groups, rules int) {
	for _, file := range s.groups {
		groups += len(file.Groups)
		for _, g := range file.Groups {
			rules += len(g.Rules)
		}
	}
	return groups, rules
}

// Duplicates describes the rules that write or raise the same as another one does,
// one a line.
func (s *Set) Duplicates() (all []string) {
	first := map[string]string{}
	for _, file := range s.Files {
		for _, g := range s.groups[file].Groups {
			for i, r := range g.Rules {
				at := fmt.Sprintf("%s: group %q, rule %d", file, g.Name, i+1)
				same := fmt.Sprintf("%s%s%v", r.Record, r.Alert, r.Labels) // maps print sorted
				if first[same] != "" {
					all = append(all, fmt.Sprintf("%s: %q is also that of %s", at, r.Record+r.Alert, first[same]))
				} else {
					first[same] = at
				}
			}
		}
	}
	return all
}

// loader hands the manager what was read and found good before.
type loader struct{ *Set }

// Load implements the manager's GroupLoader.
func (l *loader) Load(file string, _ bool, _ model.ValidationScheme) (*rulefmt.RuleGroups, []error) {
	return l.groups[file], nil
}

// Parse implements the manager's GroupLoader.
func (l *loader) Parse(query string) (parser.Expr, error) { return l.parser.ParseExpr(query) }
