package report

import (
	"slices"

	"headroom/analytics"
	"headroom/scaler/request"
	"headroom/storage/fleet"
)

// Records calls f with each module of the flat table: the lines, then those left out with
// only what is known of them, and then those of which only an earlier order or a
// request is.
func (r *Report) Records(f func(*Record) error) error {
	past, asked := r.pastLines(), r.asked()
	month := ""
	if o := r.judged(); o != nil {
		month = o.Month
	}
	each := func(l *Line) error {
		row := Record{Line: l, risky: r.Total.AtRisk.Known(), Requests: asked[l.ID].ids, Asked: asked[l.ID].devices}
		if row.Past = past[l.ID]; row.Past != nil {
			row.PastMonth = month
		}
		return f(&row)
	}
	for i := range r.Lines {
		if err := each(&r.Lines[i]); err != nil {
			return err
		}
	}
	for _, left := range slices.Concat(r.Left, r.gone(), r.onlyAsked()) {
		if err := each(left.line()); err != nil {
			return err
		}
	}
	return nil
}

// line is a line of which nothing but the module is known.
func (l *LeftOut) line() *Line {
	path, err := fleet.ParseID(l.ID)
	if err != nil {
		path = nil // the id is in the line all the same
	}
	nan := analytics.Unknown()
	return &Line{Cost: nan, Growth: analytics.Growth{
		ID: l.ID, Path: path, State: l.State, Reason: l.Reason, Devices: l.Devices, DevicesNeeded: nan, DevicesToRequest: nan,
		PeakNow: nan, SlopePerDay: nan, PercentPerDay: nan, TrendPerDay: nan, R2: nan, TargetLoad: nan,
		PeakAtHorizon: analytics.Interval{Value: nan, Lower: nan, Upper: nan}, Risk: nan, PeakAtRisk: nan, Spares: nan, PooledNeeded: nan,
	}}
}

// pastLines are the lines of the order that is judged, by module.
func (r *Report) pastLines() map[string]*PastLine {
	lines := map[string]*PastLine{}
	if o := r.judged(); o != nil {
		for i := range o.Lines {
			lines[o.Lines[i].ID] = &o.Lines[i]
		}
	}
	return lines
}

// askedFor is what was asked for a module in the month.
type askedFor struct {
	ids     []string
	devices int // of requests that were not turned down
}

func (r *Report) asked() map[string]askedFor {
	all := map[string]askedFor{}
	for _, l := range r.Requests {
		of := all[l.Path]
		of.ids = append(of.ids, l.ID)
		if l.State != request.Rejected && l.State != request.Canceled && l.State != request.Failed {
			of.devices += l.Devices
		}
		all[l.Path] = of
	}
	return all
}
