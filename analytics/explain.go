package analytics

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"headroom/analytics/growth"
	"headroom/analytics/season"
	"headroom/storage/fleet"
)

// Prefixes of the ids that [Loop.Explain] understands; an id without one is a
// row and its order line together.
const (
	explainRow   = "row:"
	explainOrder = "order:"
)

// Explain returns the arithmetic behind a row ("row:PATH"), an order line
// ("order:PATH"), or both ("PATH"), of the current minute or of a past one
// ("row:PATH@2026-11-22T21:05", "order:PATH@2026-11-01"; a day stands for its
// last minute). Everything is computed anew from what is stored, so that it gives
// the same numbers a month later. An empty model is the configured one.
func (l *Loop) Explain(ctx context.Context, id, model string) (*Explanation, error) {
	n, at, err := l.named(strings.TrimPrefix(strings.TrimPrefix(id, explainRow), explainOrder))
	if err != nil {
		return nil, err
	}
	x, err := l.moment(ctx, n, at, model)
	if err != nil {
		return nil, err
	}
	defer x.history.release()
	x.recall(l.Snapshot())
	e := &Explanation{ID: id, Title: fmt.Sprintf("%s at %s, %s", n.ID, x.at.Format("2006-01-02 15:04 -0700"), x.kind.name())}
	if !strings.HasPrefix(id, explainOrder) {
		x.kind.explainBand(e, x)
		x.kind.explainPeak(e, x)
		e.addHeadroom(&x.row, x.TargetLoad)
	}
	if !strings.HasPrefix(id, explainRow) {
		e.addGrowth(x)
	}
	return e, nil
}

// named finds the node and the minute of an id without its prefix: that of the
// current snapshot unless it says another.
func (l *Loop) named(id string) (n *fleet.Node, at time.Time, err error) {
	n, s, err := l.node(id, "")
	if err == nil {
		return n, s.At, nil
	}
	path, when, found := cutLast(id, "@")
	if s == nil && !found {
		return nil, at, err
	}
	if at, bad := l.parseTime(when); found && bad == nil {
		n, _, err = l.node(path, "")
		return n, at, err
	}
	return nil, at, err
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// parseTime reads a minute in the configured zone, or a day as its last minute.
func (l *Loop) parseTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	loc := l.model().Location
	if t, err := time.ParseInLocation("2006-01-02T15:04", s, loc); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, loc)
	return t.AddDate(0, 0, 1).Add(-time.Minute), err
}

// recall takes from the current snapshot what a node's minute alone does not tell:
// since when it deviates, and what its modules need together.
func (x *moment) recall(s *Snapshot) {
	if s == nil || !s.At.Equal(x.at) {
		return
	}
	if of, err := s.Of(x.kind.name()); err == nil && x.node.Index < len(of.Rows) {
		if now := of.row(x.node.Index); now.Deviates == x.row.Deviates {
			x.row.Since = now.Since
		}
		if !x.node.Module {
			x.growth = of.Growth[x.node.Index]
		}
	}
}

func (e *Explanation) add(name, formula, numbers, result string, inputs ...string) {
	e.Steps = append(e.Steps, Step{Name: name, Formula: formula, Numbers: numbers, Result: result, Inputs: inputs})
}

// addVerdict shows how a load compares with its band, of which half is the
// half-width on the load's side.
func (e *Explanation) addVerdict(r *Row, half float64) {
	if !r.Load.Known() {
		e.add("verdict", "", r.Reason, "stale")
		return
	}
	load, mean, score := float64(r.Load), float64(r.Mean), float64(r.Score)
	e.add("score", "|load − mean| ÷ half-width", fmt.Sprintf("|%s − %s| ÷ %s", num(load), num(mean), num(half)), num(score))
	e.add("deviates", "score > 1", num(score)+" > 1", verdict(r))
}

// addHeadroom shows what today's peak leaves free, now and after a loss.
func (e *Explanation) addHeadroom(r *Row, target float64) {
	peak, d := float64(r.PeakToday.Value), r.LargestDomain
	if !r.Headroom.Known() {
		return
	}
	e.add("headroom", "100·(target − peak today) ÷ target", fmt.Sprintf("100·(%s − %s) ÷ %s", num(target), num(peak), num(target)), num(float64(r.Headroom))+" %")
	if d == nil {
		return
	}
	devices, lost := float64(r.Devices), float64(d.Devices)
	e.add("after loss", "likewise, with peak · devices ÷ (devices − lost)",
		fmt.Sprintf("%s · %s ÷ (%s − %s) = %s", num(peak), num(devices), num(devices), num(lost), num(AfterLoss(peak, devices, lost))),
		num(float64(r.HeadroomAfterLoss))+" %", fmt.Sprintf("%s=%s: %s devices", d.Label, d.Value, num(lost)))
}

func verdict(r *Row) string {
	if !r.Deviates {
		return "NO"
	}
	return fmt.Sprintf("YES, %s, since %s", r.Direction, r.Since.Format("2006-01-02 15:04"))
}

// addGrowth shows the line through the daily peaks and the order.
func (e *Explanation) addGrowth(x *moment) {
	var inputs []string
	for i, p := range x.learned.peaks {
		if !math.IsNaN(p) {
			inputs = append(inputs, fmt.Sprintf("%s  %s", season.Date(x.day-x.GrowthDays+i), num(p)))
		}
	}
	if !x.learned.lined {
		e.add("growth", fmt.Sprintf("at least %d daily peaks of the last %d days", growth.MinDays, x.GrowthDays), x.growth.Reason, "learning", inputs...)
		return
	}
	l := x.learned.line
	e.add("line", "least squares through the daily peaks", fmt.Sprintf("%d days, R² %s, scatter %s", l.N, num(l.R2), num(l.SD)),
		fmt.Sprintf("%s %+.4g a day", num(l.Intercept), l.Slope), inputs...)
	if !x.kind.grown(x.learned) {
		e.add("growth", "", x.growth.Reason, "learning")
		return
	}
	x.kind.explainOutlook(e, x)
	e.addOrder(x)
}

// addFull shows by when the target load is reached, a day that is out of sight as "…".
func (e *Explanation) addFull(x *moment, formula string) {
	result, full := "not in sight", x.growth.FullOn
	if full.Value != "" {
		result = fmt.Sprintf("%s [%s, %s]", full.Value, cmp.Or(full.Lower, "…"), cmp.Or(full.Upper, "…"))
	}
	e.add("full on", formula, fmt.Sprintf("target load %s %%", num(x.TargetLoad)), result)
}

// addOrder shows how many devices that takes.
func (e *Explanation) addOrder(x *moment) {
	g := &x.growth
	if !x.node.Module && !g.DevicesNeeded.Known() {
		g.Reason = "the sum over its modules, each of which can be explained"
	}
	if !x.node.Module || !g.DevicesNeeded.Known() {
		e.add("order", "", g.Reason, num(float64(g.DevicesToRequest)))
		return
	}
	x.kind.explainOrder(e, x)
	e.add("reason", "", "", g.Reason)
}

// num writes a number with six significant digits, "–" if it is unknown.
func num(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}
