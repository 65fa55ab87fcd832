package detect

import (
	"headroom/analytics/band"
	"headroom/analytics/season"
)

// Detector follows one load whose days it keeps, as for a backtest.
type Detector struct {
	*State
	load *band.Calibrated
	day  int
}

// New starts on a load of which nothing is known; the days and slots are those
// of the empty grid.
func New(empty *season.Grid, o Options) *Detector {
	load := band.NewCalibrated(empty)
	return &Detector{State: newState(load.Follower, empty.Slots, o), load: load, day: empty.First - 1}
}

// Expect returns the band of the value at a slot, from what was seen before.
func (d *Detector) Expect(day, slot int) band.Band {
	d.begin(day)
	return d.parts(d.load.Next(day, slot), slot).Band()
}

// See learns from the value at a slot and tells whether an alarm begins with it.
func (d *Detector) See(day, slot int, v float64) (begins bool) {
	d.begin(day)
	f := d.load.Next(day, slot)
	begins = d.see(f, day, slot, v)
	d.load.See(f, day, slot, v)
	return begins
}

func (d *Detector) begin(day int) {
	if day != d.day {
		d.turn()
		d.day = day
	}
}
