package request

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"headroom/internal/config"
	"headroom/internal/faults"
	"headroom/storage/fleet"
)

// check reports what is missing, and what the configuration would not take.
func (b *Business) check(l *faults.List, hierarchy []string) {
	path, err := fleet.ParseID(b.Module)
	if err != nil || len(path) != len(hierarchy) {
		l.Add("business.module", "want the id of a module: a name for each of %s, got %.80q", strings.Join(hierarchy, "/"), b.Module)
		return
	}
	if (len(b.Command) == 0) == (b.Image == "") {
		l.Add("business.command", "want either a command or an image, got %d words and image %q", len(b.Command), b.Image)
		return
	}
	wantText(l, "business.image", b.Image, 0, maxName)
	wantText(l, "business.user", b.User, 0, maxName)
	if len(b.Command) > maxList {
		l.Add("business.command", "want up to %d words, got %d", maxList, len(b.Command))
	}
	wantNames(l, "business.proxies", b.Proxies)
	if len(*l) > 0 {
		return
	}
	text, err := b.proposal()
	if err == nil {
		_, err = config.Default().With([]byte("hierarchy: ["+quoted(hierarchy)+"]\nservices:\n"+text), "proposal")
	}
	var wrong config.Faults
	switch {
	case errors.As(err, &wrong):
		for _, f := range wrong {
			if key, ours := strings.CutPrefix(f.Key, "services[0]."); ours { // the labels are another's matter
				l.Add("business", "%s: %s", key, f.Problem)
			}
		}
	case err != nil:
		l.Add("business", "%v", err)
	}
}

func quoted(names []string) string {
	all := make([]string, len(names))
	for i, s := range names {
		all[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(all, ", ")
}

// service is what is proposed of a service; all else is as the configuration has it.
type service struct {
	Module  string   `yaml:"module"`
	Command []string `yaml:"command,flow"`
	User    string   `yaml:"user,omitempty"`
	Proxies []string `yaml:"proxies,omitempty,flow"`
	Ports   *ports   `yaml:"ports,omitempty,flow"`
	Limits  *limits  `yaml:"limits,omitempty,flow"`
	Policy  *policy  `yaml:"policy,omitempty,flow"`
}

type ports struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
}

type limits struct {
	CPUPercent float64 `yaml:"cpu_percent,omitempty"`
	Memory     string  `yaml:"memory,omitempty"`
}

type policy struct {
	Minimum int `yaml:"minimum,omitempty"`
	Maximum int `yaml:"maximum,omitempty"`
}

// proposal is an element of services in the configuration. Its mode is recommend, so
// that whoever puts it there sees what would be done before it is. An image is
// proposed to be run by podman on the node's own network.
func (b *Business) proposal() (string, error) {
	s := service{Module: b.Module, Command: b.Command, User: b.User, Proxies: b.Proxies}
	if b.Image != "" {
		s.Command = []string{"podman", "run", "--rm", "--network=host", b.Image}
	}
	if b.PortFrom != 0 || b.PortTo != 0 {
		s.Ports = &ports{b.PortFrom, b.PortTo}
	}
	if b.CPUPercent != 0 || b.Memory != "" {
		s.Limits = &limits{b.CPUPercent, b.Memory}
	}
	if b.Minimum != 0 || b.Maximum != 0 {
		s.Policy = &policy{b.Minimum, b.Maximum}
	}
	text, err := yaml.Marshal([]service{s})
	if err != nil {
		return "", fmt.Errorf("write the proposal: %w", err)
	}
	return string(text), nil
}
