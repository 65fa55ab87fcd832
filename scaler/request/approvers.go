package request

import (
	"fmt"
	"slices"
	"strings"

	"headroom/internal/config"
)

// Approvers are those who may approve a request.
type Approvers struct {
	Path    string   `json:"path"`     // of the node whose approvers they are
	Who     []string `json:"who"`      // users, and groups as group:NAME; none: anyone but who asks
	AtLeast int      `json:"at_least"` // of them
}

// approversOf finds those of the nearest node above; of one node those that name the
// kind come before those that are for all.
func approversOf(all []config.RequestApprovers, kind Kind, path string) Approvers {
	found := Approvers{Who: []string{}, AtLeast: 1}
	depth := -1
	for _, a := range all {
		named := slices.Contains(a.Kinds, string(kind))
		if !named && len(a.Kinds) > 0 || !below(path, a.Path) {
			continue
		}
		d := 2 * levels(a.Path)
		if named {
			d++
		}
		if d > depth {
			depth, found = d, Approvers{a.Path, a.Who, max(1, a.AtLeast)}
		}
	}
	return found
}

func levels(id string) int {
	if id == "" {
		return 0
	}
	return strings.Count(id, "/") + 1
}

// has tells whether a person is one of them. The groups are those of the
// configuration, and those that the person is known to be in.
func (a Approvers) has(who string, groups map[string][]string, in []string) bool {
	if len(a.Who) == 0 {
		return true
	}
	return slices.ContainsFunc(a.Who, func(entry string) bool {
		name, isGroup := strings.CutPrefix(entry, "group:")
		if !isGroup {
			return entry == who
		}
		return slices.Contains(groups[name], who) || slices.Contains(in, name)
	})
}

// words names them.
func (a Approvers) words() string {
	if len(a.Who) == 0 {
		return "anyone but who asks"
	}
	text := strings.Join(a.Who, ", ")
	if a.AtLeast > 1 {
		text = fmt.Sprintf("%d of %s", a.AtLeast, text)
	}
	return text
}
