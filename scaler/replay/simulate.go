package replay

// A Rule says at the end of minute i how many workers shall run from then on.
type Rule func(i int, seen Seen) int

// Seen is what a rule knows of a minute.
type Seen struct {
	Busy    float64 // NaN: unknown
	Serving int     // workers that did the work
	Current int     // workers that were asked for by the last decision
}

// Outcome is what a rule cost and what it missed.
type Outcome struct {
	Hours     float64 `json:"worker_hours"`
	Needed    float64 `json:"needed_hours"` // with exactly as many workers each minute as the threshold asks for, in fractions
	Minutes   int     `json:"minutes"`      // with known demand; the others count nowhere
	Above     int     `json:"minutes_above"`
	Saturated int     `json:"minutes_saturated"` // busy fraction above 1: work had to wait
	Decisions int     `json:"decisions"`         // that changed the count
	Most      int     `json:"most_workers"`
}

// Slack is the share of the worker-hours that the threshold did not ask for.
func (o Outcome) Slack() float64 { return 1 - o.Needed/o.Hours }

// World is what all rules have in common.
type World struct {
	Threshold float64 // busy fraction that shall not be exceeded
	Startup   int     // whole minutes from a decision to a serving worker
	First     int     // workers at the start
}

// Run lets a rule run the minutes from ≤ i < len(busy).
func (w World) Run(busy []float64, from int, rule Rule) (o Outcome) {
	asked := make([]int, w.Startup+1) // by the last decisions: a worker serves once all of them have it
	for i := range asked {
		asked[i] = w.First
	}
	current := w.First
	for i := from; i < len(busy); i++ {
		serving := asked[0]
		for _, n := range asked[1:] {
			serving = min(serving, n)
		}
		current = o.minute(i, current, Seen{busy[i], serving, current}, rule, w.Threshold)
		copy(asked, asked[1:])
		asked[len(asked)-1] = current
	}
	return o
}

// minute counts minute i, in which so many workers cost, and returns how many the
// rule wants from its end on.
func (o *Outcome) minute(i, workers int, seen Seen, rule Rule, threshold float64) int {
	o.add(seen.Busy, workers, seen.Serving, threshold)
	next := max(0, rule(i, seen))
	if next != seen.Current {
		o.Decisions++
	}
	return next
}

func (o *Outcome) add(busy float64, workers, serving int, threshold float64) {
	o.Most = max(o.Most, workers)
	if !(busy >= 0) {
		return
	}
	o.Minutes++
	o.Hours += float64(workers) / 60
	o.Needed += busy / (60 * threshold) / 60
	seen := Seen{Busy: busy, Serving: serving}
	if above(seen, threshold) {
		o.Above++
	}
	if above(seen, 1) {
		o.Saturated++
	}
}

// above tells whether the workers that served were busier than a fraction.
func above(seen Seen, fraction float64) bool {
	const rounding = 1e-9
	return seen.Busy > float64(seen.Serving)*60*fraction*(1+rounding)
}
