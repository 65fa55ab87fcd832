package chat

import (
	"context"
	"fmt"
	"strings"

	"headroom/storage/fleet"
)

// Asked is a request of somebody, as chats show it.
type Asked struct {
	ID   string
	Line string     // what is asked for, by whom and how it stands
	Text string     // all of it, in a few lines
	Path fleet.Path // of the node of the business tree that it is about; empty: the whole tree
}

// Requests are what people ask for.
type Requests interface {
	// UnderWay returns the requests that are not over, the newest first.
	UnderWay(ctx context.Context) ([]Asked, error)
	// Request returns one; ok is false if there is none.
	Request(ctx context.Context, id string) (a Asked, ok bool, err error)
	// Decide approves or rejects one, and returns a sentence that tells how it stands
	// then. That somebody may not, or that it has moved on, is an error marked by
	// [Refused].
	Decide(ctx context.Context, id string, approve bool, who, why string) (string, error)
}

// requests lists what waits for somebody.
func (s *Service) requests(ctx context.Context, p person, c Command) (string, error) {
	if s.Requests == nil {
		return "", refuse("there are no requests here")
	}
	all, err := s.Requests.UnderWay(ctx)
	if err != nil {
		return "", err
	}
	var path fleet.Path
	if len(c.Words) > 0 {
		snap, err := s.snapshot()
		if err != nil {
			return "", err
		}
		if path, err = s.path(p, snap, c.Words); err != nil {
			return "", err
		}
	}
	var lines []string
	for _, a := range all {
		if p.may(a.Path) && a.Path.Under(path) {
			lines = append(lines, "• "+a.ID+" "+a.Line)
		}
	}
	head := counted(len(lines), "request is", "requests are") + " under way"
	return more(append([]string{head}, lines[:min(len(lines), maxLines)]...), len(lines)), nil
}

// theirs finds the request that a person named, if it is theirs to see.
func (s *Service) theirs(ctx context.Context, p person, id string) (Asked, error) {
	if s.Requests == nil {
		return Asked{}, refuse("there are no requests here")
	}
	a, ok, err := s.Requests.Request(ctx, id)
	switch {
	case err != nil:
		return Asked{}, err
	case !ok:
		return Asked{}, refuse("there is no request %q", shorten(id, 40))
	case !p.may(a.Path):
		return Asked{}, refuse("%s may ask about %s only", p.name, p.where())
	}
	return a, nil
}

// request tells of one request.
func (s *Service) request(ctx context.Context, p person, c Command) (string, error) {
	a, err := s.theirs(ctx, p, c.Words[0])
	if err != nil {
		return "", err
	}
	return a.ID + " " + a.Line + "\n" + a.Text, nil
}

// decide approves or rejects a request. Who the approvers are the requests know.
func (s *Service) decide(ctx context.Context, p person, c Command) (string, error) {
	a, err := s.theirs(ctx, p, c.Words[0])
	if err != nil {
		return "", err
	}
	why := reason(c.Words[1:])
	if c.Verb == Reject && why == "" {
		return "", refuse("why? As in: reject %s not this month", a.ID)
	}
	told, err := s.Requests.Decide(ctx, a.ID, c.Verb == Approve, p.name, why)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %s", p.name, told)), nil
}
