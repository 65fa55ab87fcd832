package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/analytics/season"
)

// Where a past order is known from.
const (
	Published = "published"
	Recorded  = "recorded" // in the ledger, on the month's first day that it has
	Replayed  = "replayed" // likewise, but not then: Headroom did not run yet
)

// PastOrder is what was ordered in an earlier month, beside what was needed once
// the lead time was over.
type PastOrder struct {
	Month    string     `json:"month"`  // YYYY-MM
	Source   string     `json:"source"` // [Published], [Recorded] or [Replayed]
	AsOf     string     `json:"as_of"`  // the last day that was known then, YYYY-MM-DD
	Due      string     `json:"due"`    // the last day of the lead time
	Over     bool       `json:"over"`   // it is, and all is known; else nothing is judged
	Sentence string     `json:"sentence"`
	Total    PastTotal  `json:"total"`
	Lines    []PastLine `json:"lines"` // largest difference first
}

// PastLine is one module of a past order, in devices; what came is unknown before
// the lead time is over, and if too few of its days are known.
type PastLine struct {
	ID         string           `json:"id"`
	Devices    analytics.Number `json:"devices"`    // present then
	Requested  analytics.Number `json:"requested"`  // beyond them
	Forecast   analytics.Number `json:"forecast"`   // needed in all, as expected then
	Actual     analytics.Number `json:"actual"`     // needed in all, as it turned out
	Needed     analytics.Number `json:"needed"`     // beyond those present then, as it turned out
	Difference analytics.Number `json:"difference"` // requested − needed
	Error      analytics.Number `json:"error"`      // forecast ÷ actual − 1

	target float64
}

// PastTotal adds up the lines; all but the first two only those that are judged,
// or, before the lead time is over, what is known of all.
type PastTotal struct {
	Modules    int              `json:"modules"`
	Judged     int              `json:"judged"`
	Devices    analytics.Number `json:"devices"`
	Requested  analytics.Number `json:"requested"`
	Forecast   analytics.Number `json:"forecast"`
	Actual     analytics.Number `json:"actual"`
	Needed     analytics.Number `json:"needed"`
	Difference analytics.Number `json:"difference"`
	Error      analytics.Number `json:"error"`
	Missing    analytics.Number `json:"missing"` // sum over the modules that got too few
	Idle       analytics.Number `json:"idle"`    // over those that got too many
}

// AsPast returns the order that a published report was, nil if it had no lines.
func (r *Report) AsPast() *PastOrder {
	if len(r.Lines) == 0 {
		return nil
	}
	asOf, err := season.ParseDate(r.Lines[0].AsOf)
	if err != nil {
		return nil
	}
	o := newPast(r.Month, Published, asOf, r.HorizonDays)
	for i := range r.Lines {
		l := &r.Lines[i]
		o.add(l.ID, l.Devices, l.DevicesToRequest, l.DevicesNeeded, float64(l.TargetLoad))
	}
	return o
}

// RecordedPast returns a month's order as the ledger has it, to be judged by a
// target load; nil if it has none.
func RecordedPast(month string, orders []ledger.Ordered, target float64) *PastOrder {
	if len(orders) == 0 {
		return nil
	}
	source := Recorded
	if orders[0].Replayed {
		source = Replayed
	}
	o := newPast(month, source, orders[0].AsOf, orders[0].Horizon)
	for _, m := range orders {
		o.add(m.ID, m.Devices, m.Request, m.Forecast, target)
	}
	return o
}

func newPast(month, source string, asOf, horizon int) *PastOrder {
	return &PastOrder{Month: month, Source: source, AsOf: season.Date(asOf), Due: season.Date(asOf + horizon), Lines: []PastLine{}}
}

func (o *PastOrder) add(id string, devices, requested, forecast analytics.Number, target float64) {
	nan := analytics.Unknown()
	o.Lines = append(o.Lines, PastLine{
		ID: id, Devices: devices, Requested: requested, Forecast: forecast, target: target,
		Actual: nan, Needed: nan, Difference: nan, Error: nan,
	})
}

// Window returns the days of the lead time, since 1970-01-01.
func (o *PastOrder) Window() (first, last int) {
	asOf, _ := season.ParseDate(o.AsOf) // written by us
	due, _ := season.ParseDate(o.Due)
	return asOf + 1, due
}

// Judge enters what came of the modules' work, as [ledger.Ledger.Work] has it;
// nil if the lead time is not over.
func (o *PastOrder) Judge(work map[string]float64) {
	o.Over = work != nil
	for i := range o.Lines {
		if v, ok := work[o.Lines[i].ID]; ok {
			o.Lines[i].judge(v)
		}
	}
	slices.SortStableFunc(o.Lines, func(a, b PastLine) int {
		return cmp.Or(cmp.Compare(b.off(), a.off()), strings.Compare(a.ID, b.ID))
	})
	o.addUp()
	o.Sentence = o.sentence()
}

func (l *PastLine) judge(work float64) {
	l.Actual = ledger.Needed(work, l.target)
	l.Error = l.Forecast/l.Actual - 1
	l.Needed = max(0, l.Actual-l.Devices) // unknown if either is
	l.Difference = l.Requested - l.Needed
}

// off is the size of the difference, below all others if it is unknown.
func (l *PastLine) off() float64 {
	if !l.Difference.Known() {
		return -1
	}
	return math.Abs(float64(l.Difference))
}

func (o *PastOrder) addUp() {
	nan := analytics.Unknown()
	t := PastTotal{Modules: len(o.Lines), Actual: nan, Needed: nan, Difference: nan, Error: nan, Missing: nan, Idle: nan}
	if o.Over {
		t.Actual, t.Needed, t.Difference, t.Missing, t.Idle = 0, 0, 0, 0, 0
	}
	for i := range o.Lines {
		t.add(&o.Lines[i], o.Over)
	}
	if o.Over {
		t.Error = t.Forecast/t.Actual - 1
	}
	o.Total = t
}

func (t *PastTotal) add(l *PastLine, over bool) {
	if over {
		if !l.Difference.Known() {
			return
		}
		t.Judged++
		t.Actual += l.Actual
		t.Needed += l.Needed
		t.Difference += l.Difference
		t.Missing += max(0, -l.Difference)
		t.Idle += max(0, l.Difference)
	}
	for _, n := range []struct{ sum, value *analytics.Number }{{&t.Devices, &l.Devices}, {&t.Requested, &l.Requested}, {&t.Forecast, &l.Forecast}} {
		if n.value.Known() {
			*n.sum += *n.value
		}
	}
}

// sentence says how the order turned out.
func (o *PastOrder) sentence() string {
	t, from := &o.Total, "published"
	switch o.Source {
	case Recorded:
		from = "not published, as it was on " + o.dayMade()
	case Replayed:
		from = "not made then, but as it would have been on " + o.dayMade()
	}
	head := fmt.Sprintf("Order of %s (%s): ", o.Month, from)
	switch {
	case !o.Over:
		return head + fmt.Sprintf("requested %.0f; not judged yet: it will be when the days up to %s, the end of its lead time, are over and in the ledger.", t.Requested, o.Due)
	case t.Judged == 0:
		return head + "of none of its modules enough days are known to judge it."
	}
	s := head + fmt.Sprintf("needed %.0f, requested %.0f%s", t.Needed, t.Requested, t.verdict())
	if left := t.Modules - t.Judged; left > 0 {
		s += fmt.Sprintf("; %d of %d modules are left out, too few of their days are known", left, t.Modules)
	}
	return s + "."
}

// dayMade is the day on which the order was written down.
func (o *PastOrder) dayMade() string {
	first, _ := o.Window()
	return season.Date(first)
}

func (t *PastTotal) verdict() string {
	switch {
	case t.Missing == 0 && t.Idle == 0:
		return ", in every module as many as were needed"
	case t.Missing == 0:
		return fmt.Sprintf(": %.0f too many", t.Idle)
	case t.Idle == 0:
		return fmt.Sprintf(": %.0f too few", t.Missing)
	}
	return fmt.Sprintf(": %.0f too many in some modules, %.0f too few in others", t.Idle, t.Missing)
}

// judged is the newest past order whose lead time is over, nil if there is none.
func (r *Report) judged() *PastOrder {
	for i := range r.Past {
		if r.Past[i].Over {
			return &r.Past[i]
		}
	}
	return nil
}

// gone are the modules of that order that the report does not have any more.
func (r *Report) gone() (out []LeftOut) {
	o := r.judged()
	if o == nil {
		return nil
	}
	here := map[string]bool{}
	for i := range r.Lines {
		here[r.Lines[i].ID] = true
	}
	for i := range r.Left {
		here[r.Left[i].ID] = true
	}
	for i := range o.Lines {
		if id := o.Lines[i].ID; !here[id] {
			out = append(out, LeftOut{ID: id, Devices: analytics.Unknown(), Reason: "only in the order of " + o.Month})
		}
	}
	return out
}
