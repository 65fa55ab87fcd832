package chat

import (
	"fmt"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"

	"headroom/internal/config"
	"headroom/storage/fleet"
)

// person is who may ask for what.
type person struct {
	name     string
	operator bool
	paths    []fleet.Path // what they may ask about; none: all
}

// people are known by who they are in their chats.
type people map[string]person

func peopleOf(users []config.ChatUser) (people, error) {
	all := people{}
	for _, u := range users {
		p := person{name: u.Name, operator: u.Role == config.Operator}
		for _, id := range u.Paths {
			path, err := fleet.ParseID(id)
			if err != nil {
				return nil, fmt.Errorf("alerting.chat.users: %s: %w", u.Chat, err)
			}
			p.paths = append(p.paths, path)
		}
		all[u.Chat] = p
	}
	return all, nil
}

// may tells whether a node of the business tree is theirs.
func (p person) may(path fleet.Path) bool {
	for _, own := range p.paths {
		if path.Under(own) {
			return true
		}
	}
	return len(p.paths) == 0
}

// mayMute tells whether matchers match only what is theirs: they name the labels of
// one of their paths.
func (p person) mayMute(levels []string, all labels.Matchers) bool {
	for _, own := range p.paths {
		if within(levels, own, all) {
			return true
		}
	}
	return len(p.paths) == 0
}

func within(levels []string, path fleet.Path, all labels.Matchers) bool {
	if len(path) > len(levels) {
		return false
	}
	for i, name := range path {
		named := false
		for _, m := range all {
			named = named || m.Type == labels.MatchEqual && m.Name == levels[i] && m.Value == name
		}
		if !named {
			return false
		}
	}
	return true
}

// where names what is theirs.
func (p person) where() string {
	ids := make([]string, len(p.paths))
	for i, path := range p.paths {
		ids[i] = path.ID()
	}
	return strings.Join(ids, ", ")
}
