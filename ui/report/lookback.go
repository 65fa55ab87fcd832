package report

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/analytics"
)

// changeSection says what is different from the order of the month before.
func (r *Report) changeSection(w *words) []Section {
	b := r.Before
	if b == nil {
		return nil
	}
	s := Section{ID: "change", Title: fill(w.change, b.Month), Notes: []string{fill(w.changeNote, b.Month, b.AsOf)}}
	add := func(note string, ids []string) {
		if len(ids) > 0 {
			s.Notes = append(s.Notes, fill(note, w.list(ids)))
		}
	}
	add(w.newOnes, b.New)
	add(w.gone, b.Gone)
	if b.Others > 0 {
		s.Notes = append(s.Notes, fill(w.others, strconv.Itoa(b.Others)))
	}
	s.Table = &Table{Columns: []Column{{w.module, Text, 24}, {w.then, Figure, 7}, {w.now, Figure, 7}, {w.difference, Figure, 8}}}
	row := func(name string, then, now, by analytics.Number, total bool) {
		s.Table.Rows = append(s.Table.Rows, Row{Cells: []Cell{text(name), text(Decimal(then, 0)), text(Decimal(now, 0)), text(signedDecimal(by, 0))}, Total: total})
	}
	for _, c := range b.Changed {
		row(nameOf(c.ID), c.Then, c.Now, c.Difference, false)
	}
	row(w.request, b.Then.DevicesToRequest, r.Total.DevicesToRequest, b.DevicesToRequest, true)
	row(w.devices, b.Then.Devices, r.Total.Devices, b.Devices, true)
	if b.Cost.Known() {
		row(fill(w.cost, r.Currency), b.Then.Cost, r.Total.Cost, b.Cost, true)
	}
	return []Section{s}
}

// mostNames is how many modules a list names.
const mostNames = 12

// list names modules, and of many how many more there are.
func (w *words) list(ids []string) string {
	names := make([]string, min(len(ids), mostNames))
	for i := range names {
		names[i] = nameOf(ids[i])
	}
	text := strings.Join(names, ", ")
	if more := len(ids) - len(names); more > 0 {
		text += fill(w.more, strconv.Itoa(more))
	}
	return text
}

// pastSection sets the newest order that could be judged beside what was needed.
func (r *Report) pastSection(w *words) []Section {
	o := r.judged()
	if o == nil || o.Total.Judged == 0 {
		return nil
	}
	t := &Table{Columns: []Column{
		{w.module, Text, 30}, {w.devicesThen, Figure, 6}, {w.requested, Figure, 7}, {w.neededThen, Figure, 6}, {w.difference, Figure, 7},
		{w.forecastAll, Figure, 7}, {w.cameAll, Figure, 6}, {w.errorHead, Figure, 6}, {w.pair, Pair, 11},
	}}
	most := analytics.Number(0)
	for i := range o.Lines {
		most = analytics.Number(math.Max(float64(most), math.Max(zero(o.Lines[i].Requested), zero(o.Lines[i].Needed))))
	}
	quiet := 0
	for i := range o.Lines {
		l := &o.Lines[i]
		if l.Requested == 0 && l.Needed == 0 {
			quiet++
			continue
		}
		t.Rows = append(t.Rows, pastRow(nameOf(l.ID), l.Devices, l.Requested, l.Needed, l.Difference, l.Forecast, l.Actual, l.Error, pairOf(l, most)))
	}
	sum := &o.Total
	row := pastRow(fill(w.totalOf, strconv.Itoa(sum.Judged)), sum.Devices, sum.Requested, sum.Needed, sum.Difference, sum.Forecast, sum.Actual, sum.Error, [2]float64{math.NaN(), math.NaN()})
	row.Total = true
	t.Rows = append(t.Rows, row)
	s := Section{ID: "past", Title: fill(w.came, o.Month), Notes: []string{fill(w.cameNote, o.AsOf, o.Due)}, Table: t}
	if quiet > 0 {
		s.Notes = append(s.Notes, fill(w.quiet, strconv.Itoa(quiet)))
	}
	return []Section{s}
}

func pastRow(name string, devices, requested, needed, difference, forecast, actual, err analytics.Number, pair [2]float64) Row {
	return Row{Cells: []Cell{
		text(name), text(Decimal(devices, 0)), text(Decimal(requested, 0)), text(Decimal(needed, 0)), text(signedDecimal(difference, 0)),
		text(Decimal(forecast, 0)), text(Decimal(actual, 0)), text(signedPercent(err)), {Marks: pair},
	}}
}

func pairOf(l *PastLine, most analytics.Number) [2]float64 {
	mark := func(n analytics.Number) float64 {
		if !n.Known() {
			return math.NaN()
		}
		return part(n, most)
	}
	return [2]float64{mark(l.Requested), mark(l.Needed)}
}

func zero(n analytics.Number) float64 {
	if !n.Known() {
		return 0
	}
	return float64(n)
}

// scoresSection says how good the forecasts about the month before were.
func (r *Report) scoresSection(w *words) []Section {
	a := r.Accuracy
	if a == nil {
		return nil
	}
	t := &Table{Columns: []Column{
		{w.task, Text, 20}, {w.made, Figure, 8}, {w.scored, Figure, 8}, {w.medianError, Figure, 9}, {w.naive, Figure, 8}, {w.bias, Figure, 8}, {w.inside, Figure, 10},
	}}
	for i := range a.Scores {
		s := &a.Scores[i]
		name := say(w.tasks, s.Task) + ", " + w.horizon(s.Horizon)
		if s.Replayed {
			name = fill(w.replayed, name)
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{
			text(name), text(Decimal(analytics.Number(s.Made), 0)), text(Decimal(analytics.Number(s.Scored), 0)),
			text(Decimal(100*s.Median, 1)), text(Decimal(100*s.NaiveMedian, 1)), text(signedPercent(s.Bias)), text(Decimal(100*s.Coverage, 1)),
		}})
	}
	note := fill(w.scoresNote, a.From, a.To, significant(analytics.Number(100*a.Level)), significant(analytics.Number(100*a.Band)))
	return []Section{{ID: "accuracy", Title: w.scores, Notes: []string{note}, Table: t}}
}

// horizon says how far ahead a forecast was made, as package ledger names it.
func (w *words) horizon(name string) string {
	for _, form := range [][3]string{{"max", "d", w.largestOf}, {"", "d", w.daysAhead}, {"", "m", w.minutesAhead}} {
		n := strings.TrimSuffix(strings.TrimPrefix(name, form[0]), form[1])
		if _, err := strconv.Atoi(n); err == nil && name == form[0]+n+form[1] {
			return fill(form[2], n)
		}
	}
	if _, err := time.Parse("15:04", name); err == nil {
		return fill(w.asOfHour, name)
	}
	return name
}

// mostTrends is how many modules get a chart: as many as a page of paper has room for.
const mostTrends = 12

func (r *Report) trendsSection(w *words) []Section {
	t := &Trends{Peaks: w.peaks, Line: w.line, Forecast: w.expected, Target: w.target}
	for i := range r.Lines {
		if l := &r.Lines[i]; l.Evidence != nil && len(l.Evidence.Days) > 0 && len(t.Charts) < mostTrends {
			t.Charts = append(t.Charts, trendOf(l))
		}
	}
	if len(t.Charts) == 0 {
		return nil
	}
	return []Section{{ID: "trends", Title: w.trends, Notes: []string{w.trendsNote}, Trends: t}}
}

// trendOf is the chart of a line, from the first day on of which a peak is known.
func trendOf(l *Line) Trend {
	e := l.Evidence
	from := max(0, slices.IndexFunc(e.Peaks, analytics.Number.Known))
	return Trend{
		Name: pathOf(l.Path), Order: signedDecimal(l.DevicesToRequest, 0), First: e.Days[from], Last: e.Days[len(e.Days)-1],
		Peaks: floats(e.Peaks[from:]), Line: floats(e.Line[min(from, len(e.Line)):]), Target: float64(l.TargetLoad),
		Forecast: floats(e.Forecast), Lower: floats(e.Lower), Upper: floats(e.Upper),
	}
}

// floats are numbers as a chart takes them, to which what is not finite is unknown.
func floats(numbers []analytics.Number) []float64 {
	out := make([]float64, len(numbers))
	for i, n := range numbers {
		if out[i] = float64(n); math.IsInf(out[i], 0) {
			out[i] = math.NaN()
		}
	}
	return out
}

func date(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Format(time.DateOnly)
}
