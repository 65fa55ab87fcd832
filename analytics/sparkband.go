package analytics

import (
	"context"
	"math"

	"headroom/analytics/band"
	"headroom/analytics/detect"
	"headroom/analytics/season"
	"headroom/storage/fleet"
)

// mostMissing is how many minutes of a day may have a load and no stored band, as
// around a restart, before its bands are computed.
const mostMissing = 60

// missing returns the first day whose bands were not stored; a later one than the
// last if there is none.
func (b *bandGrid) missing(load *season.Grid) int {
	for row := range load.Days() {
		n := 0
		for minute, v := range load.Day(row) {
			if v == v && math.IsNaN(b.upper.Day(row)[minute]) {
				n++
			}
		}
		if n > mostMissing {
			return load.First + row
		}
	}
	return load.First + load.Days()
}

// compute fills in the bands that were not stored, from a day on.
func (d *drawer) compute(ctx context.Context, n *fleet.Node, into *bandGrid, from int) error {
	first, last := from-d.kind.curveDays(d.model), into.lower.First+into.lower.Days()-1
	h, err := d.reader.One(ctx, n, first, last)
	if err != nil {
		return err
	}
	defer h.release()
	devices, err := d.reader.Devices(ctx, first, last, d.reader.devicesOf(n))
	if err != nil {
		return err
	}
	h.devices = devices[n]
	day := func(day int, bands []band.Band) {
		row := day - into.lower.First
		for minute, b := range bands {
			if math.IsNaN(into.upper.Day(row)[minute]) {
				into.lower.Day(row)[minute], into.upper.Day(row)[minute] = b.Lower, b.Upper
			}
		}
	}
	if d.kind.name() == ModelCalibrated {
		d.model.replay(h, from, day)
		return nil
	}
	for at := from; at <= last; at++ {
		day(at, d.kind.bands(d.model, h, at, season.MinutesPerDay))
	}
	return nil
}

// replay calls f with the calibrated bands of each day of a history from one on. It
// goes through the history once, where bands does for each day. As there, bands are
// of loads as they were: what was done to make a day an ordinary one is taken back.
func (m *Model) replay(h *history, from int, f func(day int, bands []band.Band)) {
	g := cloneGrid(h.grid)
	past := history{node: h.node, grid: g, devices: h.devices}
	past.ordinary(m, g.First+g.Days())
	d := detect.New(season.NewGrid(g.First, g.Days(), g.Slots), m.Alarm)
	factor := 1.0
	for row := range g.Days() {
		bands := make([]band.Band, g.Slots)
		for minute, v := range g.Day(row) {
			if was := h.grid.Day(row)[minute]; v == v && v != 0 {
				factor = was / v
			}
			bands[minute] = times(d.Expect(g.First+row, minute), factor)
			if v == v {
				d.See(g.First+row, minute, v)
			}
		}
		if g.First+row >= from {
			f(g.First+row, bands)
		}
	}
}
