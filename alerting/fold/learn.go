package fold

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"headroom/alerting/alarm"
	"headroom/internal/config"
)

// Episode is that a module began to ring.
type Episode struct {
	Module string // its id
	At     time.Time
}

// History knows which modules have rung.
type History interface {
	// Episodes returns what began since a time, in any order.
	Episodes(ctx context.Context, since time.Time) ([]Episode, error)
}

// Learned is a component that nobody has declared: modules that ring together so
// often that they must share something.
type Learned struct {
	Name       string // the id of the first module
	Modules    []string
	Occasions  int     // on which any two of them rang together, at the least
	Similarity float64 // of any two of them, at the least: occasions together of all
}

// Component is what the alarms of its modules share.
func (l Learned) Component() alarm.Component {
	return alarm.Component{Kind: kindLearned, Name: l.Name}
}

// Relearn looks at the configured past of a history. Declared returns the components
// that a module shares with others as far as they are known.
func Relearn(ctx context.Context, h History, now time.Time, c config.Fold, declared func(module string) []alarm.Component) ([]Learned, error) {
	if c.Learn.Past == 0 {
		return nil, nil
	}
	episodes, err := h.Episodes(ctx, now.Add(-time.Duration(c.Learn.Past)))
	if err != nil {
		return nil, fmt.Errorf("read which modules have rung: %w", err)
	}
	return Learn(episodes, c, declared), nil
}

// maxLearning is how many modules are compared with each other: those that rang on
// the most occasions.
const maxLearning = 1000

// Learn finds groups of modules any two of which rang within a window of each other
// on enough occasions, at least a window apart, and seldom without the other. A group
// that shares a declared component explains itself and is left out. The same episodes
// give the same groups, in whatever order they are.
func Learn(episodes []Episode, c config.Fold, declared func(module string) []alarm.Component) []Learned {
	window := time.Duration(c.Window)
	modules, occasions := occasionsOf(episodes, window, c.Learn.Occasions)
	var found []Learned
	for _, g := range group(together(occasions, window, c.Learn), len(modules)) {
		l := Learned{Occasions: g.occasions, Similarity: g.similarity}
		for _, i := range g.members {
			l.Modules = append(l.Modules, modules[i])
		}
		slices.Sort(l.Modules)
		l.Name = l.Modules[0]
		if len(l.Modules) >= c.Least && !explained(l.Modules, declared) {
			found = append(found, l)
		}
	}
	slices.SortFunc(found, func(a, b Learned) int { return cmp.Compare(a.Name, b.Name) })
	return found
}

// occasionsOf returns the modules that rang often enough, and when: what begins
// within a window of a module's last occasion is the same occasion.
func occasionsOf(episodes []Episode, window time.Duration, least int) (modules []string, occasions [][]time.Time) {
	episodes = slices.Clone(episodes)
	slices.SortFunc(episodes, func(a, b Episode) int {
		return cmp.Or(cmp.Compare(a.Module, b.Module), a.At.Compare(b.At))
	})
	type rung struct {
		module string
		at     []time.Time
	}
	var all []rung
	for _, e := range episodes {
		if n := len(all); n == 0 || all[n-1].module != e.Module {
			all = append(all, rung{module: e.Module})
		}
		last := &all[len(all)-1]
		if n := len(last.at); n == 0 || e.At.Sub(last.at[n-1]) > window {
			last.at = append(last.at, e.At)
		}
	}
	all = slices.DeleteFunc(all, func(r rung) bool { return len(r.at) < least })
	slices.SortStableFunc(all, func(a, b rung) int { return len(b.at) - len(a.at) })
	for _, r := range all[:min(len(all), maxLearning)] {
		modules, occasions = append(modules, r.module), append(occasions, r.at)
	}
	return modules, occasions
}

// alike are two modules that ring together.
type alike struct {
	a, b       int // a < b
	occasions  int
	similarity float64
}

// together compares all modules with each other and returns those that are alike,
// the most similar ones first.
func together(occasions [][]time.Time, window time.Duration, c config.Learn) (pairs []alike) {
	for a := range occasions {
		for b := a + 1; b < len(occasions); b++ {
			most := min(len(occasions[a]), len(occasions[b]))
			if float64(most) < c.Similarity*float64(max(len(occasions[a]), len(occasions[b]))) {
				continue // cannot be similar enough
			}
			n := common(occasions[a], occasions[b], window)
			similarity := float64(n) / float64(len(occasions[a])+len(occasions[b])-n)
			if n >= c.Occasions && similarity >= c.Similarity {
				pairs = append(pairs, alike{a, b, n, similarity})
			}
		}
	}
	slices.SortStableFunc(pairs, func(x, y alike) int { return cmp.Compare(y.similarity, x.similarity) })
	return pairs
}

// common counts the occasions of a that have one of b within a window, each of which
// is used once.
func common(a, b []time.Time, window time.Duration) (n int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch d := a[i].Sub(b[j]); {
		case d > window:
			j++
		case d < -window:
			i++
		default:
			n, i, j = n+1, i+1, j+1
		}
	}
	return n
}

// grouped is a group in which every two are alike.
type grouped struct {
	members    []int
	occasions  int
	similarity float64
}

// group joins groups, from the most similar pair on, as long as every two in them are
// alike: a chain in which the ends have nothing in common is no group.
func group(pairs []alike, modules int) (groups []*grouped) {
	like, of := map[[2]int]alike{}, make([]*grouped, modules)
	for _, p := range pairs {
		like[[2]int{p.a, p.b}] = p
	}
	for i := range of {
		of[i] = &grouped{members: []int{i}}
	}
	for _, p := range pairs {
		a, b := of[p.a], of[p.b]
		if a == b {
			continue
		}
		if joined, ok := join(a, b, like); ok {
			for _, i := range joined.members {
				of[i] = joined
			}
		}
	}
	for i, g := range of {
		if len(g.members) > 1 && slices.Min(g.members) == i {
			groups = append(groups, g)
		}
	}
	return groups
}

func join(a, b *grouped, like map[[2]int]alike) (*grouped, bool) {
	g := &grouped{members: slices.Concat(a.members, b.members), occasions: a.occasions, similarity: a.similarity}
	take := func(occasions int, similarity float64) {
		if g.occasions == 0 || occasions < g.occasions {
			g.occasions = occasions
		}
		if g.similarity == 0 || similarity < g.similarity {
			g.similarity = similarity
		}
	}
	if b.occasions > 0 {
		take(b.occasions, b.similarity)
	}
	for _, i := range a.members {
		for _, j := range b.members {
			p, ok := like[[2]int{min(i, j), max(i, j)}]
			if !ok {
				return nil, false
			}
			take(p.occasions, p.similarity)
		}
	}
	return g, true
}

// explained tells whether all modules share a declared component.
func explained(modules []string, declared func(string) []alarm.Component) bool {
	if declared == nil {
		return false
	}
	shared := slices.Clone(declared(modules[0]))
	for _, m := range modules[1:] {
		of := declared(m)
		shared = slices.DeleteFunc(shared, func(c alarm.Component) bool { return !slices.Contains(of, c) })
	}
	return len(shared) > 0
}
