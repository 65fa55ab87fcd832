package analytics

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"headroom/analytics/band"
	"headroom/analytics/growth"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// Prefixes of the ids that [Loop.Explain] understands; an id without one is a
// row and its order line together.
const (
	explainRow   = "row:"
	explainOrder = "order:"
)

// Explain returns the arithmetic behind a row ("row:PATH") or an order line
// ("order:PATH"), or both ("PATH"), from the stored inputs.
func (l *Loop) Explain(ctx context.Context, id string) (*Explanation, error) {
	path := strings.TrimPrefix(strings.TrimPrefix(id, explainRow), explainOrder)
	n, s, err := l.node(path, "")
	if err != nil {
		return nil, err
	}
	m, day := *l.model(), l.dayOf(s)
	h, err := l.reader.One(ctx, n, day-m.historyDays(), day)
	if err != nil {
		return nil, err
	}
	defer h.release()
	e := &Explanation{ID: id, Title: fmt.Sprintf("%s at %s", path, s.At.Format("2006-01-02 15:04 -0700"))}
	if !strings.HasPrefix(id, explainOrder) {
		e.addBand(m, h, day, &s.Rows[n.Index])
		e.addPeak(m, h, day, &s.Rows[n.Index])
	}
	if !strings.HasPrefix(id, explainRow) {
		e.addGrowth(m, h, day, &s.Growth[n.Index], n.Module)
	}
	return e, nil
}

func (e *Explanation) add(name, formula, numbers, result string, inputs ...string) {
	e.Steps = append(e.Steps, Step{Name: name, Formula: formula, Numbers: numbers, Result: result, Inputs: inputs})
}

// addBand shows the values of the same minute of the previous days, and what
// follows from them.
func (e *Explanation) addBand(m Model, h *history, day int, r *Row) {
	minute := r.At.Hour()*60 + r.At.Minute()
	first, end := h.grid.Rows(day-m.BandDays, day)
	var values []float64
	var inputs []string
	for i := first; i < end; i++ {
		if v := h.grid.Day(i)[minute]; !math.IsNaN(v) {
			values = append(values, v)
			inputs = append(inputs, fmt.Sprintf("%s %s  %s", season.Date(h.grid.First+i), r.At.Format("15:04"), num(v)))
		}
	}
	b := band.Classic(values, m.BandWidth)
	if !b.Known() {
		e.add("band", fmt.Sprintf("at least %d of the %d previous days at %s", band.MinDays, m.BandDays, r.At.Format("15:04")),
			fmt.Sprintf("%d days", len(values)), "learning", inputs...)
		return
	}
	half := b.Upper - b.Expected
	e.add("mean", "Σ load ÷ n", fmt.Sprintf("n = %d", len(values)), num(b.Expected), inputs...)
	e.add("half-width", num(m.BandWidth)+" × sample standard deviation (n − 1)", fmt.Sprintf("%s × %s", num(m.BandWidth), num(half/m.BandWidth)), num(half))
	e.add("band", "mean ± half-width", fmt.Sprintf("%s ± %s", num(b.Expected), num(half)), fmt.Sprintf("[%s, %s]", num(b.Lower), num(b.Upper)))
	if !r.Load.Known() {
		e.add("verdict", "", r.Reason, "stale")
		return
	}
	load := float64(r.Load)
	e.add("score", "|load − mean| ÷ half-width", fmt.Sprintf("|%s − %s| ÷ %s", num(load), num(b.Expected), num(half)), num(b.Score(load)))
	e.add("deviates", "score > 1", num(b.Score(load))+" > 1", verdict(r))
}

func verdict(r *Row) string {
	if !r.Deviates {
		return "NO"
	}
	return fmt.Sprintf("YES, %s, since %s", r.Direction, r.Since.Format("2006-01-02 15:04"))
}

// addPeak shows how today's peak is forecast.
func (e *Explanation) addPeak(m Model, h *history, day int, r *Row) {
	k := m.learn(h, day)
	d, t := k.classic.peak, todayOf(h, day)
	t.advance(r.At.Hour()*60 + r.At.Minute() + 1)
	if d.Days < peak.MinBaseDays {
		e.add("peak today", fmt.Sprintf("at least %d full days among the previous %d", peak.MinBaseDays, peak.BaseDays), fmt.Sprintf("%d full days", d.Days), "learning")
		return
	}
	last, hour := t.lastHour(), d.Hour[t.next]
	e.add("base", fmt.Sprintf("mean of the peaks (five-minute means) of the full days among the %d before", peak.BaseDays), fmt.Sprintf("%d full days", d.Days), num(d.Base))
	ratio := 1.0
	if !math.IsNaN(last) && hour > 0 {
		ratio = last / hour
	}
	e.add("ratio", "mean of the last hour ÷ mean of that hour over those days (1 without a last hour)", fmt.Sprintf("%s ÷ %s", num(last), num(hour)), num(ratio))
	z := band.Width(m.Level)
	f := d.Forecast(t.next, last, t.seen, z)
	e.add("peak today", "max(base × ratio, highest so far)", fmt.Sprintf("max(%s × %s, %s)", num(d.Base), num(ratio), num(t.seen)), num(f.Value))
	e.add("interval", fmt.Sprintf("peak × (1 ± z·s), s from %d past forecasts as of this time of day", d.Errors),
		fmt.Sprintf("%s × (1 ± %s × %s)", num(f.Value), num(z), num(d.Spread[t.next])), fmt.Sprintf("[%s, %s]", num(f.Lower), num(f.Upper)))
}

// addGrowth shows the line through the daily peaks and the order.
func (e *Explanation) addGrowth(m Model, h *history, day int, g *Growth, module bool) {
	five := fiveMinutes(h.grid, day-m.GrowthDays, day)
	peaks := dailyPeaks(five, day-m.GrowthDays, day)
	var inputs []string
	for i, p := range peaks {
		if !math.IsNaN(p) {
			inputs = append(inputs, fmt.Sprintf("%s  %s", season.Date(day-m.GrowthDays+i), num(p)))
		}
	}
	l, err := growth.Fit(peaks, growth.MinDays)
	if err != nil {
		e.add("growth", fmt.Sprintf("at least %d daily peaks of the last %d days", growth.MinDays, m.GrowthDays), err.Error(), "learning", inputs...)
		return
	}
	e.add("line", "least squares through the daily peaks", fmt.Sprintf("%d days, R² %s, scatter %s", l.N, num(l.R2), num(l.SD)),
		fmt.Sprintf("%s %+.4g a day", num(l.Intercept), l.Slope), inputs...)
	value, lower, upper := l.At(m.HorizonDays, m.Level)
	e.add(fmt.Sprintf("peak in %d days", m.HorizonDays), "value now + slope × days, with its prediction interval (Student's t)",
		fmt.Sprintf("%s + %s × %d", num(l.Intercept), num(l.Slope), m.HorizonDays), fmt.Sprintf("%s [%s, %s]", num(value), num(lower), num(upper)))
	if !module || !g.DevicesNeeded.Known() {
		e.add("order", "", g.Reason, num(float64(g.DevicesToRequest)))
		return
	}
	e.add("devices needed", "⌈ devices × peak ÷ target load ⌉", fmt.Sprintf("⌈ %s × %s ÷ %s ⌉", num(float64(g.Devices)), num(value), num(m.TargetLoad)), num(float64(g.DevicesNeeded)))
	e.add("devices to request", "max(0, needed − devices)", fmt.Sprintf("max(0, %s − %s)", num(float64(g.DevicesNeeded)), num(float64(g.Devices))), num(float64(g.DevicesToRequest)))
	e.add("reason", "", "", g.Reason)
}

// num writes a number with six significant digits, "–" if it is unknown.
func num(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}
