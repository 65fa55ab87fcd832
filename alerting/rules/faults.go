package rules

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/model/rulefmt"
	"go.yaml.in/yaml/v3"

	"headroom/internal/config"
)

// Where Prometheus' own messages say their place: "3:7: …" of a rule ("0:0: …" if
// it is unknown), "line 3: …" of the YAML.
var (
	atRule = regexp.MustCompile(`^(\d+):\d+: (?:\d+:\d+: )?(.*)`)
	atYAML = regexp.MustCompile(`^\s*(?:yaml: )?line (\d+): (.*)`)
)

// faultsOf turns what is wrong with a file into faults with their lines, each
// once, in the order of the lines.
func faultsOf(file string, text []byte, errs []error) (faults config.Faults) {
	if len(errs) == 0 {
		return nil
	}
	places := placesOf(text)
	for _, err := range errs {
		for message := range strings.SplitSeq(err.Error(), "\n") {
			if fault := faultOf(message, err, places); fault.Problem != "" && !slices.Contains(faults, fault) {
				faults = append(faults, fault)
			}
		}
	}
	for i := range faults {
		faults[i].File = file
	}
	slices.SortStableFunc(faults, func(a, b config.Fault) int { return a.Line - b.Line })
	return faults
}

func faultOf(message string, err error, places map[place]int) config.Fault {
	if strings.HasSuffix(message, "unmarshal errors:") {
		return config.Fault{} // the heading of a list
	}
	fault := config.Fault{Problem: strings.TrimPrefix(message, "yaml: ")}
	for _, at := range []*regexp.Regexp{atRule, atYAML} {
		if m := at.FindStringSubmatch(message); m != nil {
			fault.Line, _ = strconv.Atoi(m[1])
			fault.Problem = m[2]
		}
	}
	if fault.Line > 0 {
		return fault
	}
	if of, ok := errors.AsType[*rulefmt.Error](err); ok {
		fault.Line = places[place{of.Group, of.Rule}]
	} else if m := ofGroup.FindStringSubmatch(fault.Problem); m != nil {
		fault.Line = places[place{m[1], 0}]
	}
	return fault
}

// ofGroup matches what is wrong with a group as a whole: no name, or one that
// another group has.
var ofGroup = regexp.MustCompile(`^[Gg]roupname(?: must|: "(.*)" is)`)

// place is a rule of a group, counted from 1; 0 is the group itself.
type place struct {
	group string
	rule  int
}

// placesOf returns the lines of groups and rules, as far as the text can be read;
// of groups with the same name the last one's.
func placesOf(text []byte) map[place]int {
	var file struct {
		Groups []yaml.Node
	}
	places := map[place]int{}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return places
	}
	for _, node := range file.Groups {
		var g struct {
			Name  string
			Rules []yaml.Node
		}
		if node.Decode(&g) != nil {
			continue
		}
		places[place{g.Name, 0}] = node.Line
		for i := range g.Rules {
			places[place{g.Name, i + 1}] = g.Rules[i].Line
		}
	}
	return places
}
