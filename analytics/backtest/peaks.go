package backtest

import (
	"fmt"
	"io"

	"headroom/analytics/band"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

// peakRows is the outcome of the task peak.
type peakRows struct {
	asof string // hh:mm
	rows []peakRow
}

type peakRow struct {
	day    int
	said   interval
	actual float64 // NaN: the day is not full
}

// replayPeak makes a row for each local day whose time asof the series reaches.
// Of one value a day nothing is known before the day is over, so its forecast
// stands on the days before alone.
func replayPeak(o Options, p *placed, m model) (outcome, error) {
	g, z := p.peakGrid(), band.Width(o.Level)
	asof := o.AsOf * g.Slots / season.MinutesPerDay
	forecast := m.peak(g, asof, z)
	out := &peakRows{asof: fmt.Sprintf("%02d:%02d", o.AsOf/60, o.AsOf%60)}
	for day := p.from; day < p.to && p.over(p.cal.At(day, o.AsOf)); day++ {
		f := forecast(day)
		out.rows = append(out.rows, peakRow{
			day:    day,
			said:   interval{f.Value, f.Lower, f.Upper},
			actual: season.Peak(g.Day(day-p.from), peak.FullShare),
		})
	}
	return out, nil
}

func (r *peakRows) csv(w io.Writer) error {
	t := newTable(w, "day", "asof", "forecast", "lower", "upper", "actual")
	for _, row := range r.rows {
		t.text(season.Date(row.day))
		t.text(r.asof)
		t.numbers(row.said.value, row.said.lower, row.said.upper, row.actual)
		t.end()
	}
	return t.flush()
}

func (r *peakRows) score(o Options) tally { return tallyOf(r.steps(), o.Level) }

func (r *peakRows) steps() []step {
	out := make([]step, len(r.rows))
	for i, row := range r.rows {
		out[i] = step{origin: row.day, actual: row.actual, said: row.said}
	}
	return out
}
