package fold

import (
	"slices"
	"time"

	"headroom/alerting/alarm"
)

// item is an open alarm as the stage knows it.
type item struct {
	a          *alarm.Alarm
	kind       *kind
	place      uint64
	components []*component
	since      time.Time // when it came to the stage
	cause      *cause    // that it is a member of
	passed     bool      // it went on by itself
	evidence   bool      // it counts for its components
	at         int       // position in kind.ringing
}

// kind is a kind of alarm: an alertname, of modules or of devices.
type kind struct {
	name    string
	devices bool
	ringing []*item // that count
	tallies []*tally
	of      map[*component]*tally
	places  map[uint64]int // where they ring, with the number of alarms there
}

type kindKey struct {
	name    string
	devices bool
}

// evidence is what rings now, by kind and by component.
type evidence struct {
	fleet      Fleet    // may be nil
	levels     []string // labels of the business tree, top first
	window     time.Duration
	kinds      map[kindKey]*kind
	components map[alarm.Component]*component
	recent     []*item // by since; those older than the window are taken out
	mixed      bool    // recent is not in order
}

func newEvidence(fleet Fleet, levels []string) evidence {
	return evidence{fleet: fleet, levels: levels, kinds: map[kindKey]*kind{}, components: map[alarm.Component]*component{}}
}

// item makes an item of an alarm that came at since.
func (e *evidence) item(a *alarm.Alarm, since time.Time) *item {
	key := kindKey{a.Kind(), a.Facts.Node != ""}
	k := e.kinds[key]
	if k == nil {
		k = &kind{name: key.name, devices: key.devices, of: map[*component]*tally{}, places: map[uint64]int{}}
		e.kinds[key] = k
	}
	return &item{a: a, kind: k, place: placeOf(&a.Facts), components: e.shared(&a.Facts), since: since}
}

// shared are the components that an alarm shares with others: those that it
// brings, the nodes of the business tree above it, and its device.
func (e *evidence) shared(f *alarm.Facts) []*component {
	all := make([]*component, 0, len(f.Components)+len(f.Path)+1)
	add := func(c alarm.Component, level bool) {
		if known := e.component(c, level); !slices.Contains(all, known) {
			all = append(all, known)
		}
	}
	for _, c := range f.Components {
		add(c, false)
	}
	for depth := 1; depth <= min(len(f.Path), len(e.levels)); depth++ {
		if depth < len(e.levels) || f.Node != "" { // a module alone shares itself with nobody
			add(alarm.Component{Kind: e.levels[depth-1], Name: f.Path[:depth].ID()}, true)
		}
	}
	if f.Node != "" && len(f.Path) > 0 {
		add(alarm.Component{Kind: kindNode, Name: f.Node}, false)
	}
	return all
}

func (e *evidence) isLevel(kind string) bool { return slices.Contains(e.levels, kind) }

func (e *evidence) component(c alarm.Component, level bool) *component {
	known := e.components[c]
	if known == nil {
		known = &component{Component: c, level: level, module: level && c.Kind == e.levels[len(e.levels)-1], index: -1}
		known.ask(e.fleet)
		e.components[c] = known
	}
	return known
}

// add counts an item.
func (e *evidence) add(it *item) {
	it.evidence, it.at = true, len(it.kind.ringing)
	it.kind.ringing = append(it.kind.ringing, it)
	if n := len(e.recent); n > 0 && it.since.Before(e.recent[n-1].since) {
		e.mixed = true
	}
	e.recent = append(e.recent, it)
	it.kind.places[it.place]++
	for _, c := range it.components {
		it.kind.count(c, 1)
		if c.modules+c.devices == 0 {
			c.seen.add(it.place)
		}
	}
}

// remove takes an item out of the count.
func (e *evidence) remove(it *item) {
	if !it.evidence {
		return
	}
	it.evidence = false
	for _, c := range it.components {
		it.kind.count(c, -1)
	}
	if it.kind.places[it.place]--; it.kind.places[it.place] == 0 {
		delete(it.kind.places, it.place)
	}
	ringing := it.kind.ringing
	last := ringing[len(ringing)-1]
	ringing[it.at], last.at = last, it.at
	ringing[len(ringing)-1] = nil
	it.kind.ringing = ringing[:len(ringing)-1]
}

// forget takes those out of the count that came before the window, except members of a
// cause: they ring for it as long as they ring.
func (e *evidence) forget(now time.Time) {
	n := 0
	for n < len(e.recent) && e.old(e.recent[n], now) {
		e.forgetOne(e.recent[n], now)
		e.recent[n] = nil
		n++
	}
	e.recent = e.recent[n:]
}

func (e *evidence) forgetOne(it *item, now time.Time) {
	if e.old(it, now) && it.free() {
		e.remove(it)
	}
}

func (e *evidence) old(it *item, now time.Time) bool { return now.Sub(it.since) > e.window }

// inOrder sorts the recent ones, which come in another order after a restart.
func (e *evidence) inOrder() {
	if e.mixed {
		slices.SortStableFunc(e.recent, func(a, b *item) int { return a.since.Compare(b.since) })
		e.mixed = false
	}
}

// tidy drops kinds and components of which nothing rings.
func (e *evidence) tidy() {
	for key, k := range e.kinds {
		if len(k.ringing) == 0 {
			delete(e.kinds, key)
		}
	}
	for key, c := range e.components {
		if c.tallied == 0 && c.cause == nil {
			delete(e.components, key)
		}
	}
}
