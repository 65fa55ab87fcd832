package backtest

import (
	"io"
	"math"

	"headroom/analytics/band"
)

// bandRows is the outcome of the tasks band and deviation.
type bandRows struct {
	*placed
	bands  []band.Band // of each row
	alarms []bool      // likewise: its value deviates
}

// replayBand lets the model follow the series. The band of the task deviation
// is that of the warning table, the band of the task band has the level that
// was asked for.
func replayBand(o Options, p *placed, m model) (outcome, error) {
	rows := &bandRows{placed: p, bands: make([]band.Band, len(p.Values)), alarms: make([]bool, len(p.Values))}
	w := m.watcher(o, p)
	for i, v := range p.Values {
		rows.bands[i] = w.Expect(p.day[i], p.slot[i])
		rows.alarms[i] = w.See(p.day[i], p.slot[i], v)
	}
	return rows, nil
}

func (m model) watcher(o Options, p *placed) watcher {
	switch {
	case o.Task == Band:
		return &plain{bander: m.bands(p.empty(), band.Width(o.Level))}
	case m.alarms == nil:
		return &plain{bander: m.bands(p.empty(), band.Sigma)}
	default:
		return m.alarms(p.empty(), o.Alarm)
	}
}

// plain lets every value outside of the band be an alarm.
type plain struct {
	bander
	last band.Band
}

func (w *plain) Expect(day, slot int) band.Band {
	w.last = w.expect(day, slot)
	return w.last
}

func (w *plain) See(day, slot int, v float64) bool {
	w.see(day, slot, v)
	return w.last.Deviates(v)
}

func (r *bandRows) csv(w io.Writer) error {
	t := newTable(w, "timestamp", "value", "expected", "lower", "upper", "score", "deviates")
	for i, v := range r.Values {
		b := r.bands[i]
		t.integer(r.Times[i])
		t.numbers(v, b.Expected, b.Lower, b.Upper, b.Score(v))
		t.flag(b.Known(), r.alarms[i])
		t.end()
	}
	return t.flush()
}

func (r *bandRows) score(o Options) tally {
	if o.Task == Deviation {
		return r.deviations()
	}
	return tallyOf(r.steps(), o.Level)
}

// steps are the ordinary values: those that are not labelled.
func (r *bandRows) steps() []step {
	out := make([]step, len(r.Values))
	for i, v := range r.Values {
		if r.Labels != nil && r.Labels[i] {
			v = math.NaN()
		}
		b := r.bands[i]
		out[i] = step{origin: r.day[i], actual: v, said: interval{b.Expected, b.Lower, b.Upper}}
	}
	return out
}
