package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"headroom/analytics"
)

// mostChanged is how many lines [Difference.Changed] has at the most.
const mostChanged = 20

// Difference is what has changed since the order of the month before.
type Difference struct {
	Month  string `json:"month"`  // YYYY-MM
	Source string `json:"source"` // [Published], [Recorded] or [Replayed]
	AsOf   string `json:"as_of"`  // the last day that was known then, YYYY-MM-DD
	Then   Total  `json:"then"`

	// Now − then; the cost is unknown unless both are in the same currency.
	Devices          analytics.Number `json:"devices"`
	DevicesNeeded    analytics.Number `json:"devices_needed"`
	DevicesToRequest analytics.Number `json:"devices_to_request"`
	Cost             analytics.Number `json:"cost"`

	New     []string       `json:"new"`     // ids of modules that are judged now and were not known or not judged then
	Gone    []string       `json:"gone"`    // ids of those that were judged then and are not known any more
	Changed []ChangedOrder `json:"changed"` // those of both whose order changed most, at most 20
	Others  int            `json:"others"`  // how many more changed
}

// ChangedOrder is a module of which another number of devices is to be requested.
type ChangedOrder struct {
	ID         string           `json:"id"`
	Then       analytics.Number `json:"then"`
	Now        analytics.Number `json:"now"`
	Difference analytics.Number `json:"difference"` // now − then
}

// Compare adds what has changed since an order of the month before; published is
// the report that it was, nil if only the ledger has it.
func (r *Report) Compare(then *PastOrder, published *Report) {
	d := &Difference{Month: then.Month, Source: then.Source, AsOf: then.AsOf, Then: newTotal(""), New: []string{}, Gone: []string{}, Changed: []ChangedOrder{}}
	unknown := analytics.Unknown()
	d.Then.Unpriced, d.Then.AtRisk, d.Cost = unknown, unknown, unknown
	d.Then.Modules = len(then.Lines)
	for _, l := range then.Lines {
		d.Then.Devices, d.Then.DevicesNeeded, d.Then.DevicesToRequest = plus(d.Then.Devices, l.Devices), plus(d.Then.DevicesNeeded, l.Forecast), plus(d.Then.DevicesToRequest, l.Requested)
	}
	if published != nil {
		d.Then = published.Total
		if published.Currency == r.Currency {
			d.Cost = money(r.Total.Cost - d.Then.Cost)
		}
	}
	d.Devices, d.DevicesNeeded, d.DevicesToRequest = r.Total.Devices-d.Then.Devices, r.Total.DevicesNeeded-d.Then.DevicesNeeded, r.Total.DevicesToRequest-d.Then.DevicesToRequest
	d.modules(r, then)
	r.Before = d
}

func plus(sum, n analytics.Number) analytics.Number {
	if !n.Known() {
		return sum
	}
	return sum + n
}

// modules fills what has come, gone and changed.
func (d *Difference) modules(r *Report, then *PastOrder) {
	before := map[string]analytics.Number{}
	for _, l := range then.Lines {
		before[l.ID] = l.Requested
	}
	here := map[string]bool{}
	for i := range r.Lines {
		l := &r.Lines[i]
		here[l.ID] = true
		was, ok := before[l.ID]
		if !ok {
			d.New = append(d.New, l.ID)
		} else if by := l.DevicesToRequest - was; by.Known() && by != 0 {
			d.Changed = append(d.Changed, ChangedOrder{l.ID, was, l.DevicesToRequest, by})
		}
	}
	for i := range r.Left {
		here[r.Left[i].ID] = true
	}
	for _, l := range then.Lines {
		if !here[l.ID] {
			d.Gone = append(d.Gone, l.ID)
		}
	}
	slices.Sort(d.New)
	slices.Sort(d.Gone)
	slices.SortFunc(d.Changed, func(a, b ChangedOrder) int {
		return cmp.Or(cmp.Compare(math.Abs(float64(b.Difference)), math.Abs(float64(a.Difference))), strings.Compare(a.ID, b.ID))
	})
	d.Others = max(0, len(d.Changed)-mostChanged)
	d.Changed = d.Changed[:len(d.Changed)-d.Others]
}
