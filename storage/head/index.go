package head

import "sync"

// index finds the series of a group by the value of a label. It is built for a
// label when a query first asks for one of its values, and kept from then on.
type index struct {
	mu sync.Mutex // protects by; who holds the shard's lock for writing needs it not
	by map[string]map[string][]*Series
}

// worthIndexing is the size of a group below which looking at each series is
// as fast.
const worthIndexing = 8

// candidates returns series among which all are that match. The shard's lock
// must be held, for reading.
func (g *group) candidates(m matcher) []*Series {
	found := g.series
	for _, l := range m.labels {
		if len(found) < worthIndexing {
			break
		}
		if some := g.with(l.Name, l.Value); len(some) < len(found) {
			found = some
		}
	}
	return found
}

// with returns the series with a label of this value.
func (g *group) with(name, value string) []*Series {
	g.index.mu.Lock()
	defer g.index.mu.Unlock()
	values, ok := g.index.by[name]
	if !ok {
		values = map[string][]*Series{}
		for _, s := range g.series {
			if v := Value(s.key, name); v != "" {
				values[v] = append(values[v], s)
			}
		}
		if g.index.by == nil {
			g.index.by = map[string]map[string][]*Series{}
		}
		g.index.by[name] = values
	}
	return values[value]
}

// add notes a new series. The shard's lock must be held, as for remove.
func (x *index) add(s *Series) {
	for name, values := range x.by {
		if v := Value(s.key, name); v != "" {
			values[v] = append(values[v], s)
		}
	}
}

// remove forgets a series.
func (x *index) remove(s *Series) {
	for name, values := range x.by {
		v := Value(s.key, name)
		if v == "" {
			continue
		}
		some := values[v]
		for i := range some {
			if some[i] == s {
				some[i] = some[len(some)-1]
				some[len(some)-1] = nil
				some = some[:len(some)-1]
				break
			}
		}
		if values[v] = some; len(some) == 0 {
			delete(values, v)
		}
	}
}
