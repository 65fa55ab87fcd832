package replay

import (
	"time"

	"headroom/analytics"
)

// Placement is what became of decisions in a pool of nodes.
type Placement struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Nodes   int       `json:"nodes"`
	Minutes int       `json:"minutes"` // in which a service was there
	Decided float64   `json:"worker_hours_decided"`
	Placed  float64   `json:"worker_hours_placed"` // a worker that moves counts once
	Short   Lack      `json:"short"`               // of all services together
	Beyond  int       `json:"minutes_beyond"`      // with a node that was expected to use more CPU than it has
	Fewest  int       `json:"fewest_nodes"`        // that would have had room and CPU for all; 0: no number has
	Used    Range     `json:"nodes_used"`
	Fullest Range     `json:"fullest_node"`   // its expected CPU, as a share of its cores
	Mean    Range     `json:"mean_node"`      // that of all nodes
	Node    Spread    `json:"node_failure"`   // share of its workers that a service loses with its worst node
	Domain  Spread    `json:"domain_failure"` // with its worst domain; unknown without domains
	Moves   int       `json:"moves"`          // of running workers
	Each    []Placed  `json:"services"`

	count *counter
}

// Lack is how often workers found no room.
type Lack struct {
	Minutes int       `json:"minutes"`
	Workers float64   `json:"worker_hours"`
	Most    int       `json:"most_workers"`      // in one minute
	At      time.Time `json:"at,omitzero"`       // when
	Why     string    `json:"limits,omitempty"`  // that stood in the way then
	Service string    `json:"service,omitempty"` // of Why, where many are counted together
}

// Range is a figure over all minutes.
type Range struct {
	Mean analytics.Number `json:"mean"`
	Most analytics.Number `json:"most"`
}

// Spread is how workers of services lie together, all workers counting alike, and
// how they would if each service lay as evenly as it can.
type Spread struct {
	Share analytics.Number `json:"share"`
	Least analytics.Number `json:"least"`
}

// Placed is a service in the pool.
type Placed struct {
	Name  string  `json:"name"`
	Run   Outcome `json:"outcome"`
	Short Lack    `json:"short"`
}

func newPlacement(list []*tenant, pool Pool, start time.Time, minutes int) *Placement {
	p := &Placement{
		From: start, To: start.Add(time.Duration(minutes) * time.Minute), Nodes: len(pool.Nodes),
		Each: make([]Placed, len(list)), count: newCounter(pool.Nodes, len(list)),
	}
	for s, t := range list {
		p.Each[s].Name = t.name
	}
	return p
}

// add counts a minute.
func (p *Placement) add(f *floor, m int, wanted []order) {
	decided, placed := 0, 0
	for s, o := range wanted {
		decided += o.workers
		placed += f.placed[s]
	}
	if decided == 0 && placed == 0 {
		return
	}
	p.Minutes++
	p.Decided += float64(decided) / 60
	p.Placed += float64(placed) / 60
	p.lack(f, p.From.Add(time.Duration(m)*time.Minute))
	if f.beyond() > 0 {
		p.Beyond++
	}
	most, mean := f.fullest()
	p.Fullest.add(most)
	p.Mean.add(mean)
	p.Used.add(float64(p.count.minute(f)))
}

// lack notes who was short of room, and why in the worst minute.
func (p *Placement) lack(f *floor, at time.Time) {
	missing, worst := 0, -1
	for i, s := range f.shorts {
		p.Each[s.Service].Short.add(s.Missing, at, s.Reason)
		if missing += s.Missing; worst < 0 || s.Missing > f.shorts[worst].Missing {
			worst = i
		}
	}
	if worst >= 0 && p.Short.add(missing, at, f.shorts[worst].Reason) {
		p.Short.Service = p.Each[f.shorts[worst].Service].Name
	}
}

func (l *Lack) add(workers int, at time.Time, why string) (worst bool) {
	l.Minutes++
	l.Workers += float64(workers) / 60
	if workers > l.Most {
		l.Most, l.At, l.Why = workers, at, why
		return true
	}
	return false
}

func (r *Range) add(v float64) {
	r.Mean += analytics.Number(v)
	r.Most = max(r.Most, analytics.Number(v))
}

// finish makes means of sums.
func (p *Placement) finish() {
	for _, r := range []*Range{&p.Used, &p.Fullest, &p.Mean} {
		r.Mean /= analytics.Number(p.Minutes)
	}
	p.Node, p.Domain = p.count.spreads()
}
