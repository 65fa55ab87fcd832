package consistency

import (
	"context"
	"fmt"
	"maps"
	"time"

	"headroom/storage/state"
)

// NodeState is how a module stands on a node.
type NodeState string

// The states of a module on a node.
const (
	Consistent   NodeState = "consistent"
	Inconsistent NodeState = "inconsistent"
	NodeUnknown  NodeState = "unknown"
)

// work is a module on a node that is to be judged.
type work struct {
	module, node string
	wants        []Want
	extra        []string
	at           Place
	have         *Have
	reason       string       // why nothing is known
	first        bool         // it was never judged before
	fresh        bool         // it is declared otherwise than before
	moved        bool         // something else was found than before
	away         time.Time    // since when the node was silent before; zero: it was not
	unlooked     map[Key]bool // items that it had not looked for before
	relooked     bool         // it had not looked for the same items before
	run          *Cause       // that was under way; nil: it was not looked for yet
}

// judge compares what has changed since the last time, writes down what follows, and
// then shows it. c.writing must be held.
func (c *Consistency) judge(ctx context.Context) error {
	now := c.o.Now()
	todo, changed, dirty := c.collect(now)
	results := make([]*result, len(todo))
	for i := range todo {
		results[i] = c.judgeOne(ctx, &todo[i], now, &changed)
	}
	if err := c.save(ctx, changed); err != nil {
		c.redo(todo)
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, w := range todo {
		c.modules[w.module].results[w.node] = results[i]
	}
	if dirty {
		c.closeLocked()
		c.stale = false
	}
	return nil
}

func (c *Consistency) save(ctx context.Context, changed state.ConsistencyChange) error {
	if changed.Empty() {
		return nil
	}
	if err := c.o.DB.Consistency().Save(ctx, changed); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.apply(changed)
}

// apply brings what was written down to memory. c.mu must be held.
func (c *Consistency) apply(changed state.ConsistencyChange) error {
	for _, r := range changed.Gone.Standings {
		c.unstand(placeOf(r))
	}
	for _, r := range changed.Gone.Ignores {
		delete(c.ignores, placeOf(r))
	}
	for _, r := range changed.Gone.Overrides {
		delete(c.module(r.Module).overrides, placeOf(r).Key)
	}
	return c.restore(changed.Put)
}

func placeOf(r state.ConsistencyRow) place {
	key, err := ParseKey(r.Item)
	if err != nil {
		panic("BUG: " + err.Error()) // it was written by us
	}
	return place{r.Module, r.Node, key}
}

// collect lists what is to be judged, and what is to be removed for being over. It is
// dirty if nodes may be closed otherwise than before.
func (c *Consistency) collect(now time.Time) (todo []work, changed state.ConsistencyChange, dirty bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p, i := range c.ignores {
		if i.over(now) {
			changed.Gone.Ignores = append(changed.Gone.Ignores, p.row())
			delete(c.ignores, p)
			c.module(p.Module).fresh = true
		}
	}
	for id, m := range c.modules {
		for _, key := range m.merged {
			changed.Gone.Overrides = append(changed.Gone.Overrides, place{Module: id, Key: key}.row())
		}
		m.merged = nil
		for name := range m.results {
			if _, member := m.members[name]; !member {
				delete(m.results, name)
				dirty = true
			}
		}
		if m.decl == nil {
			continue
		}
		for name := range m.members {
			n, old := c.nodes[name], m.results[name]
			if old == nil || m.fresh || n.changed {
				todo = append(todo, c.workOf(id, m, n, old))
			}
		}
		m.fresh = false
	}
	dirty = dirty || len(todo) > 0
	for _, n := range c.nodes {
		dirty = dirty || n.changed
		if n.changed && n.host.Lost.IsZero() {
			n.away = time.Time{}
		}
		n.changed = false
	}
	if now.Sub(c.pruned) >= time.Hour {
		c.pruned = now
		c.prune(&changed)
	}
	return todo, changed, dirty || c.stale
}

// prune removes what is kept of modules that are not declared any more, or that have left
// a node. After a start it waits until all are known again.
func (c *Consistency) prune(changed *state.ConsistencyChange) {
	for at, items := range c.standing {
		m := c.modules[at.Module]
		if m != nil && m.decl != nil {
			if _, member := m.members[at.Node]; member {
				continue
			}
		}
		for key := range items {
			changed.Gone.Standings = append(changed.Gone.Standings, place{at.Module, at.Node, key}.row())
		}
	}
}

func (c *Consistency) workOf(id string, m *module, n *node, old *result) work {
	w := work{
		module: id, node: n.host.Name, wants: m.wants, extra: m.decl.PackagesExtra,
		at: Place{n.host.Name, n.host.Labels}, have: n.have,
		first: old == nil || !old.looked, fresh: m.fresh, away: n.away, unlooked: map[Key]bool{},
	}
	if old != nil {
		for _, i := range old.items {
			if i.State == Unknown && i.Reason == notLooked {
				w.unlooked[i.key()] = true
			}
		}
	}
	switch {
	case !n.inPool:
		w.reason = "no node daemon of this name syncs"
	case !n.host.Lost.IsZero():
		w.reason = "the node is silent since " + n.host.Lost.UTC().Format(time.RFC3339)
	case n.have == nil:
		w.reason = "the node has not told what it has yet"
	}
	if n.have != nil && old != nil {
		w.moved, w.relooked = old.sum != n.have.Sum, old.looked && old.version != n.have.Declared
	}
	return w
}

// redo has what was not written down judged again.
func (c *Consistency) redo(todo []work) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range todo {
		if n := c.nodes[todo[i].node]; n != nil {
			n.changed = true
		}
	}
}

// judgeOne judges a module on a node, and adds to what is to be written down.
func (c *Consistency) judgeOne(ctx context.Context, w *work, now time.Time, changed *state.ConsistencyChange) *result {
	r := &result{state: Consistent, looked: !w.first}
	if w.reason != "" {
		r.state, r.reason = NodeUnknown, w.reason
		return r
	}
	r.sum, r.version, r.looked = w.have.Sum, w.have.Declared, true
	stood := c.standing[pair{w.module, w.node}]
	w.first = w.first && len(stood) == 0 // after a start what stood is known
	bad := map[Key]bool{}
	for _, i := range Compare(w.module, w.wants, w.extra, w.at, w.have) {
		old, was := stood[i.key()]
		switch {
		case i.State.Bad():
			bad[i.key()] = true
			s := Standing{State: i.State, Declared: i.Declared, Found: i.Found, Reason: i.Reason, Since: old.Since, Cause: old.Cause}
			if !was {
				s.Since, s.Cause = now.UTC().Truncate(time.Millisecond), c.cause(ctx, w, i.key(), i.Declared == "", now)
			}
			if s != old {
				changed.Put.Standings = append(changed.Put.Standings, row(place{w.module, w.node, i.key()}, s))
			}
			c.note(r, place{w.module, w.node, i.key()}, i, s)
		case i.State == Unknown:
			bad[i.key()] = was // nobody knows whether it still is
			if i.Since = old.Since; was {
				i.Cause = &old.Cause
			}
			r.items = append(r.items, i)
			if r.state == Consistent {
				r.state, r.reason = NodeUnknown, i.Item+": "+i.Reason
			}
		default:
			r.ok++
		}
	}
	for key := range stood {
		if !bad[key] {
			changed.Gone.Standings = append(changed.Gone.Standings, place{w.module, w.node, key}.row())
		}
	}
	return r
}

// note takes an item that is not as declared.
func (c *Consistency) note(r *result, p place, i Item, s Standing) {
	i.Since, i.Cause = s.Since, &s.Cause
	if i.Ignored = c.ignored(p); i.Ignored != nil {
		i.Was, i.State = i.State, Ignored
		r.ignored++
	} else {
		r.state, r.reason = Inconsistent, ""
	}
	r.items = append(r.items, i)
}

// keepsAway tells whether workers cannot do their work while an item of a kind is not as
// declared. Processes and ports may be the workers themselves.
func keepsAway(k Kind) bool { return k == KindPackage || k == KindFile }

// closeLocked finds out which nodes get no new workers. c.mu must be held.
func (c *Consistency) closeLocked() {
	c.outliers = c.outlying()
	c.closed = map[string]map[string]string{}
	for id, m := range c.modules {
		if m.decl == nil || !c.settings.Block {
			continue
		}
		closed := maps.Clone(c.outliers)
		for name, r := range m.results {
			if why := c.keptAway(pair{id, name}, r); why != "" {
				closed[name] = why
			}
		}
		c.closed[id] = closed
	}
}

// keptAway tells why a node gets no new workers of a module; empty: it may. While it is
// not known how the node is, what was known last counts.
func (c *Consistency) keptAway(at pair, r *result) string {
	first, n := "", 0
	say := func(k Key, reason string) {
		if n++; first == "" || k.String()+": "+reason < first {
			first = k.String() + ": " + reason
		}
	}
	if r.looked && r.sum != "" {
		for _, i := range r.items {
			if i.State.Bad() && keepsAway(i.Kind) {
				say(i.key(), i.Reason)
			}
		}
	} else {
		for key, s := range c.standing[at] {
			if keepsAway(key.Kind) && s.State.Bad() && c.ignored(place{at.Module, at.Node, key}) == nil {
				say(key, s.Reason)
			}
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "it is inconsistent (" + first + ")"
	default:
		return fmt.Sprintf("it is inconsistent (%s, and %d more)", first, n-1)
	}
}
