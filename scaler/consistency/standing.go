package consistency

import (
	"context"
	"fmt"
	"slices"
	"time"

	"headroom/scaler/flow"
)

// Standing is what is kept of an item that is not as declared.
type Standing struct {
	State    State     `json:"state"`
	Declared string    `json:"declared,omitempty"`
	Found    string    `json:"found,omitempty"`
	Reason   string    `json:"reason"`
	Since    time.Time `json:"since"`
	Cause    Cause     `json:"cause"`
}

// Cause is what has made an item differ from its declaration.
type Cause struct {
	Kind CauseKind `json:"kind"`
	Run  string    `json:"run,omitempty"`  // of a flow, that was under way
	Flow string    `json:"flow,omitempty"` // likewise
	Who  string    `json:"who,omitempty"`  // has started it
	Text string    `json:"text"`           // one sentence
}

// CauseKind is what kind of thing has changed an item.
type CauseKind string

// Kinds of causes.
const (
	CauseRun         CauseKind = "run"         // a run of a flow was under way for the module there
	CauseDeclaration CauseKind = "declaration" // it was declared otherwise, and the node is as it was
	CauseFirst       CauseKind = "first"       // it was so when the node was first looked at for it
	CauseUnknown     CauseKind = "unknown"
)

// Ignore says that it is all right how an item is.
type Ignore struct {
	Who   string    `json:"who"`
	Why   string    `json:"why"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"` // zero: for ever
}

func (i Ignore) over(now time.Time) bool { return !i.Until.IsZero() && !now.Before(i.Until) }

// ignored returns the ignore that holds for an item on a node; nil: none does.
func (c *Consistency) ignored(p place) *Ignore {
	for _, node := range []string{p.Node, ""} {
		if i, ok := c.ignores[place{p.Module, node, p.Key}]; ok {
			return &i
		}
	}
	return nil
}

// stand notes how an item stands.
func (c *Consistency) stand(p place, s Standing) {
	at := pair{p.Module, p.Node}
	if c.standing[at] == nil {
		c.standing[at] = map[Key]Standing{}
	}
	c.standing[at][p.Key] = s
}

// unstand forgets how an item stood.
func (c *Consistency) unstand(p place) {
	at := pair{p.Module, p.Node}
	delete(c.standing[at], p.Key)
	if len(c.standing[at]) == 0 {
		delete(c.standing, at)
	}
}

// lookBack is how long before a change was told it may have happened: nodes look every
// ten seconds, unless they are set otherwise, and tell at once.
const lookBack = 20 * time.Second

// cause finds out what may have made an item differ; extra is one that nobody declares.
func (c *Consistency) cause(ctx context.Context, w *work, key Key, extra bool, now time.Time) Cause {
	switch {
	case w.first, w.unlooked[key], extra && w.relooked:
		return Cause{Kind: CauseFirst, Text: "it was so when the node was first looked at for it"}
	case w.fresh && !w.moved:
		return Cause{Kind: CauseDeclaration, Text: "it is declared otherwise than before, and the node is as it was"}
	}
	if w.run == nil {
		run := c.runAt(ctx, w, now)
		w.run = &run
	}
	return *w.run
}

// runAt looks for a run of a flow that was under way when a node changed.
func (c *Consistency) runAt(ctx context.Context, w *work, now time.Time) Cause {
	if c.o.Runs == nil {
		return Cause{Kind: CauseUnknown, Text: "no run of a flow is known"}
	}
	from := now.Add(-lookBack)
	if !w.away.IsZero() && w.away.Before(from) {
		from = w.away
	}
	runs, err := c.o.Runs.RunsAt(ctx, w.module, w.node, from, now)
	if err != nil {
		c.o.Logger.Warn("what has changed a node cannot be found out", "node", w.node, "module", w.module, "err", err)
		return Cause{Kind: CauseUnknown, Text: "the runs of flows could not be read: " + err.Error()}
	}
	if len(runs) == 0 {
		return Cause{Kind: CauseUnknown, Text: "no run of a flow was under way there"}
	}
	run := slices.MaxFunc(runs, func(a, b flow.Run) int { return a.Created.Compare(b.Created) })
	return Cause{
		Kind: CauseRun, Run: run.ID, Flow: run.Flow, Who: run.Who,
		Text: fmt.Sprintf("run %s of %s was under way there, started by %s", run.ID, run.Flow, run.Who),
	}
}
