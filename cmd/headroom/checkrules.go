package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/alecthomas/kingpin/v2"

	"headroom/alerting/rules"
	"headroom/internal/config"
	"headroom/storage/promql"
)

// addCheckRules adds "check rules FILE...".
func addCheckRules(check *kingpin.CmdClause) {
	var files []string
	cmd := check.Command("rules", "Report every fault of rule files, with its line. Exits 1 if there is one.")
	cmd.Arg("file", "Rule files in Prometheus' syntax.").Required().StringsVar(&files)
	cmd.Action(func(*kingpin.ParseContext) error { return checkRules(files) })
}

func checkRules(files []string) error {
	set, err := loadRules(".", files)
	if err := complainOf(err); err != nil {
		return err
	}
	for _, line := range set.Duplicates() {
		fmt.Fprintln(os.Stderr, "warning:", line)
	}
	groups, n := set.Count()
	fmt.Printf("good: files: %d, groups: %d, rules: %d\n", len(set.Files), groups, n)
	return nil
}

// loadRules reads rule files with the parser of the server's queries.
func loadRules(dir string, patterns []string) (*rules.Set, error) {
	return rules.Load(promql.New(nil, promql.Options{}).Parser(), dir, patterns...)
}

// ruleFiles reads the rule files that a configuration names.
func ruleFiles(cfg config.Config, configFile string) (*rules.Set, error) {
	return loadRules(filepath.Dir(configFile), cfg.Alerting.RuleFiles)
}

// complainOf lists faults, and returns an error that counts them; another error
// stays as it is.
func complainOf(err error) error {
	var faults config.Faults
	if !errors.As(err, &faults) {
		return err
	}
	fmt.Fprintln(os.Stderr, faults)
	return fmt.Errorf("faults: %d", len(faults))
}
