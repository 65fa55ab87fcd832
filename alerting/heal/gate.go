package heal

import (
	"fmt"
	"time"
)

// Limits say how much healing there may be.
type Limits struct {
	Window     time.Duration // of the next two
	PerModule  int           // actions
	PerNode    int           // actions
	Concurrent int           // under way, until it is known whether they helped

	Brake BrakeLimits
}

// BrakeLimits say when so much wants healing at once that healing is not the
// answer. They count alarms that want it, whether or not they got it.
type BrakeLimits struct {
	Window time.Duration
	Heals  int     // more alarms than this
	Share  float64 // of all modules, or all nodes: more than this …
	Least  int     // … once so many modules or nodes are concerned
}

// Target is where an action is done. What is empty is not known, and not limited.
type Target struct {
	Module, Node, Process string
}

func (t Target) String() string {
	switch {
	case t.Module != "" && t.Node != "":
		return t.Module + " on " + t.Node
	case t.Module != "":
		return t.Module
	case t.Node != "":
		return t.Node
	}
	return "an unknown place"
}

// Fleet is how many modules and nodes there are. Fewer than want healing, as 0, mean
// that it is not known how many: no share of them is counted.
type Fleet struct{ Modules, Nodes int }

// Gate lets actions start. The zero value lets none; set Limits.
type Gate struct {
	Limits  Limits
	Stopped string // why all healing is stopped; empty: it is not

	wants   []moment
	acts    []moment
	running map[string]bool // ids of heals under way
}

// moment is something at a time and place.
type moment struct {
	at time.Time
	id string
	Target
}

// Names of the limits, as in the metrics.
const (
	byBrake      = "brake"
	byModule     = "module"
	byNode       = "node"
	byConcurrent = "concurrent"
)

// Answer says whether an action may start.
type Answer struct {
	OK     bool
	Limit  string    // that refused it
	Reason string    //
	Until  time.Time // may be asked again; zero: not before a person acts
	Trips  bool      // this request stopped all healing
}

// Event is the answer as a ladder hears it.
func (a Answer) Event() Event {
	if a.OK {
		return Event{Kind: Allowed}
	}
	return Event{Kind: Refused, Reason: a.Reason, Until: a.Until}
}

// Ask asks for leave to start the action id about an alarm. Who got leave must
// call Done when it is known whether it helped.
func (g *Gate) Ask(now time.Time, alarm, id string, t Target, fleet Fleet) Answer {
	g.forget(now)
	g.want(now, alarm, t)
	if g.Stopped == "" {
		if reason := g.tooMuch(fleet); reason != "" {
			g.Stopped = reason
			return Answer{Limit: byBrake, Reason: "healing is stopped: " + reason, Trips: true}
		}
	}
	if g.Stopped != "" {
		return Answer{Limit: byBrake, Reason: "healing is stopped: " + g.Stopped}
	}
	if a := g.rate(byModule, t.Module, g.Limits.PerModule, func(t Target) string { return t.Module }); !a.OK {
		return a
	}
	if a := g.rate(byNode, t.Node, g.Limits.PerNode, func(t Target) string { return t.Node }); !a.OK {
		return a
	}
	if most := g.Limits.Concurrent; len(g.running) >= most {
		return Answer{Limit: byConcurrent, Until: now.Add(2 * time.Second), Reason: fmt.Sprintf("%d heals are under way; up to %d may", len(g.running), most)}
	}
	g.Begin(now, id, t)
	return Answer{OK: true}
}

// Begin counts an action, also one that nobody asked leave for.
func (g *Gate) Begin(now time.Time, id string, t Target) {
	g.acts = append(g.acts, moment{now, id, t})
	if g.running == nil {
		g.running = map[string]bool{}
	}
	g.running[id] = true
}

// Done gives the place of a heal free.
func (g *Gate) Done(id string) { delete(g.running, id) }

// Running is how many heals are under way.
func (g *Gate) Running() int { return len(g.running) }

// Release lets healing go on. What wanted it before no longer counts.
func (g *Gate) Release() { g.Stopped, g.wants = "", nil }

// want remembers that an alarm wants healing.
func (g *Gate) want(now time.Time, alarm string, t Target) {
	if g.Stopped != "" || len(g.wants) > g.Limits.Brake.Heals {
		return // more would say nothing new
	}
	for _, w := range g.wants {
		if w.id == alarm {
			return
		}
	}
	g.wants = append(g.wants, moment{now, alarm, t})
}

func (g *Gate) forget(now time.Time) {
	g.wants = since(g.wants, now.Add(-g.Limits.Brake.Window))
	g.acts = since(g.acts, now.Add(-g.Limits.Window))
}

// since drops what is not younger than a time; moments are in order.
func since(all []moment, horizon time.Time) []moment {
	n := 0
	for n < len(all) && !all[n].at.After(horizon) {
		n++
	}
	return all[n:]
}

// tooMuch says why healing must stop, if it must.
func (g *Gate) tooMuch(fleet Fleet) string {
	b := g.Limits.Brake
	if n := len(g.wants); n > b.Heals {
		return fmt.Sprintf("%d alarms wanted it within %s; up to %d may", n, short(b.Window), b.Heals)
	}
	modules, nodes := map[string]bool{}, map[string]bool{}
	for _, w := range g.wants {
		modules[w.Module], nodes[w.Node] = true, true
	}
	delete(modules, "")
	delete(nodes, "")
	for _, c := range []struct {
		n, all int
		what   string
	}{{len(modules), fleet.Modules, "modules"}, {len(nodes), fleet.Nodes, "nodes"}} {
		known := c.n <= c.all // more want it than there are: alarms come of what no sample is of
		if share := float64(c.n) / float64(c.all); known && c.n >= b.Least && share > b.Share {
			return fmt.Sprintf("%d of %d %s (%.0f %%) wanted it within %s; up to %.0f %% may",
				c.n, c.all, c.what, 100*share, short(b.Window), 100*b.Share)
		}
	}
	return ""
}

// rate holds actions at a place against their limit.
func (g *Gate) rate(limit, place string, most int, of func(Target) string) Answer {
	if place == "" {
		return Answer{OK: true}
	}
	var at []time.Time
	for _, m := range g.acts {
		if of(m.Target) == place {
			at = append(at, m.at)
		}
	}
	if len(at) < most {
		return Answer{OK: true}
	}
	return Answer{
		Limit: limit, Until: at[len(at)-most].Add(g.Limits.Window),
		Reason: fmt.Sprintf("%s %s had %s within %s, which is the most", limit, place, actions(len(at)), short(g.Limits.Window)),
	}
}
