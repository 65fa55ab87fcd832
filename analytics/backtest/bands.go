package backtest

import (
	"io"

	"headroom/analytics/band"
)

// bandRows is the outcome of the tasks band and deviation.
type bandRows struct {
	*placed
	bands []band.Band // of each row
}

// replayBand lets the model follow the series. The band of the task deviation
// is that of the warning table, the band of the task band has the level that
// was asked for.
func replayBand(o Options, p *placed, m model) (outcome, error) {
	width := float64(band.Sigma)
	if o.Task == Band {
		width = band.Width(o.Level)
	}
	b := m.bands(p.empty(), width)
	rows := &bandRows{placed: p, bands: make([]band.Band, len(p.Values))}
	for i, v := range p.Values {
		rows.bands[i] = b.expect(p.day[i], p.slot[i])
		b.see(p.day[i], p.slot[i], v)
	}
	return rows, nil
}

func (r *bandRows) csv(w io.Writer) error {
	t := newTable(w, "timestamp", "value", "expected", "lower", "upper", "score", "deviates")
	for i, v := range r.Values {
		b := r.bands[i]
		t.integer(r.Times[i])
		t.numbers(v, b.Expected, b.Lower, b.Upper, b.Score(v))
		t.flag(b.Known(), b.Deviates(v))
		t.end()
	}
	return t.flush()
}

func (r *bandRows) score(o Options) tally {
	if o.Task == Deviation {
		return r.alarms()
	}
	var t tally
	for i, v := range r.Values {
		if r.Labels == nil || !r.Labels[i] {
			b := r.bands[i]
			t.see(v, interval{b.Expected, b.Lower, b.Upper}, o.Level)
		}
	}
	return t
}
