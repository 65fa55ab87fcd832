package chat

import (
	"context"
	"strings"

	"headroom/storage/audit"
	"headroom/storage/fleet"
)

// Grants tells on which nodes of the business tree somebody is an operator by roles that
// were given outside of the chat's own configuration, which may end; none: nowhere. An
// empty path stands for the whole tree.
type Grants func(name string) []fleet.Path

// granted is a person for a command that writes: who only looks by the configuration of
// chat may act where a grant says so.
func (s *Service) granted(p person) person {
	if p.operator || s.Grants == nil {
		return p
	}
	paths := s.Grants(p.name)
	if len(paths) == 0 {
		return p
	}
	p.operator, p.paths = true, paths
	for _, path := range paths {
		if len(path) == 0 {
			p.paths = nil // all
		}
	}
	return p
}

// record writes a command that writes to the audit log, if there is one.
func (s *Service) record(ctx context.Context, p person, c Command, r Request, result, answer string) {
	if s.Audit == nil || !c.Writes() || p.name == "" {
		return
	}
	hide := s.hides(c)
	e := audit.Entry{Who: p.name, From: r.Chat + ":" + r.User, Action: "chat." + c.Verb, Object: shorten(hide.Replace(r.Text), maxText), Why: hide.Replace(c.Reason)}
	if result != done {
		e.Result = result + ": " + hide.Replace(answer)
	}
	if err := s.Audit.Add(context.WithoutCancel(ctx), e); err != nil {
		s.Logger.Error("a command by chat is not in the audit log", "request", r.ID, "who", p.name, "err", err)
	}
}

// hides takes the secret inputs of a flow out of texts about a command.
func (s *Service) hides(c Command) *strings.Replacer {
	var pairs []string
	if h, ok := s.Flows.(Hider); ok && c.Verb == Run && len(c.Words) > 0 {
		for _, word := range c.Words[1:] {
			if name, value, ok := strings.Cut(word, "="); ok && value != "" && h.Hides(c.Words[0], name) {
				pairs = append(pairs, value, "<secret>")
			}
		}
	}
	return strings.NewReplacer(pairs...)
}
