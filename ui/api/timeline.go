package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/storage/fleet"
	"headroom/storage/state"
)

// Happening is something that happened to a node of the business tree.
type Happening struct {
	At    time.Time   `json:"at"`
	Kind  string      `json:"kind"` // as "fact", "run", "mark", "alarm"
	ID    string      `json:"id"`   // of the node that it concerns: the node itself or one above
	Title string      `json:"title"`
	Text  string      `json:"text"`
	Who   string      `json:"who"`
	URL   string      `json:"url"`  // of its page on this server; empty: it has none
	Fact  *factChange `json:"fact"` // of kind "fact"
}

// TimelineSource knows of one kind of happenings.
type TimelineSource interface {
	// Happenings returns up to limit of those from ≤ t < to at a node and, where they
	// concern it, at the nodes above it, the newest first. A zero time is no bound.
	Happenings(ctx context.Context, id string, from, to time.Time, limit int) ([]Happening, error)
}

// factChange is that a fact was changed.
type factChange struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
	Source string `json:"source"`
	Commit string `json:"commit"`
}

// facts are the changes of the registry as happenings.
type facts struct{ Registry }

// Happenings implements [TimelineSource].
func (f facts) Happenings(ctx context.Context, id string, from, to time.Time, limit int) ([]Happening, error) {
	changes, err := f.Events(ctx, state.RegistryEventQuery{From: from, To: to, IDs: upwards(id), Limit: limit})
	all := make([]Happening, len(changes))
	for i, c := range changes {
		all[i] = Happening{
			At: c.At, Kind: "fact", ID: c.ID, Title: factTitle(c), Text: c.Why, Who: c.By,
			Fact: &factChange{c.Field, c.Before, c.After, c.Source, c.Commit},
		}
	}
	return all, err
}

// upwards are the ids of a node and of those above it.
func upwards(id string) (ids []string) {
	for at := id; at != ""; at = at[:max(strings.LastIndexByte(at, '/'), 0)] {
		ids = append(ids, at)
	}
	return ids
}

func factTitle(c fleet.FactChange) string {
	short := func(v string) string {
		const most = 80
		v = strings.Join(fleet.SplitList(v), ", ")
		if r := []rune(v); len(r) > most {
			return string(r[:most]) + "…"
		}
		return v
	}
	switch {
	case c.Before == "":
		return c.Field + " is " + short(c.After)
	case c.After == "":
		return c.Field + " is no longer " + short(c.Before)
	}
	return c.Field + " is " + short(c.After) + ", was " + short(c.Before)
}

type happenings struct {
	Events []Happening `json:"events"`
	More   bool        `json:"more"` // there are older ones
}

// timeline answers what happened to a node, of every kind, the newest first.
func (s *Server) timeline(c *gin.Context) (any, error) {
	id, err := s.registryID(c)
	if err != nil {
		return nil, err
	}
	p := &params{Values: c.Request.URL.Query()}
	from, to, limit, kind := p.time("from"), p.time("to"), p.limit(), p.text("kind")
	if p.err != nil {
		return nil, p.err
	}
	out := happenings{Events: []Happening{}}
	for _, source := range append([]TimelineSource{facts{s.Registry}}, s.Timeline...) {
		more, err := source.Happenings(c.Request.Context(), id, from, to, limit+1)
		if err != nil {
			return nil, err
		}
		out.Events = append(out.Events, more...)
	}
	out.Events = slices.DeleteFunc(out.Events, func(h Happening) bool { return kind != "" && h.Kind != kind })
	slices.SortStableFunc(out.Events, func(a, b Happening) int { return b.At.Compare(a.At) })
	out.More = len(out.Events) > limit
	out.Events = out.Events[:min(limit, len(out.Events))]
	for i := range out.Events {
		out.Events[i].At = out.Events[i].At.In(s.Location)
	}
	return out, nil
}
