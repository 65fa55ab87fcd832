package simfleet

import (
	"math"
	"time"
)

// moment is a time as the rhythm of the day sees it. It is made once for all
// modules, since the zone's arithmetic costs more than a load.
type moment struct {
	unix    int64 // seconds
	second  int64 // of the local day
	date    int64 // a number for the local day
	weekend bool
}

func momentAt(unix int64, zone *time.Location) moment {
	t := time.Unix(unix, 0).In(zone)
	_, offset := t.Zone()
	return moment{
		unix: unix, second: int64(t.Hour()*3600 + t.Minute()*60 + t.Second()),
		date: (unix + int64(offset)) / day, weekend: t.Weekday() == time.Saturday || t.Weekday() == time.Sunday,
	}
}

// Load is the module's load in percent, before its devices differ.
func (f *Fleet) Load(m *Module, at time.Time) float64 {
	return m.load(momentAt(at.Unix(), f.options.Location))
}

func (m *Module) load(t moment) float64 {
	days := float64(t.unix-m.start) / day
	v := m.base * (1 + m.GrowthPerDay*days) * m.rhythm(t) * m.noise(t.unix)
	if m.ShiftAt != 0 && t.unix < m.ShiftAt {
		v *= m.ShiftBy
	}
	v *= m.incident(t)
	return min(99, max(0.3, v))
}

func (m *Module) rhythm(t moment) float64 {
	second := t.second - m.phase
	switch {
	case second < 0:
		second += day
	case second >= day:
		second -= day
	}
	return m.shape.at(second, t.weekend)
}

// noise varies by the day, by the hour and by the minute.
func (m *Module) noise(unix int64) float64 {
	v := 0.02*drift(m.seed^1, unix, day) + 0.02*drift(m.seed^2, unix, 3*3600) +
		0.012*drift(m.seed^3, unix, 1200) + 0.008*bell(mix(m.seed^4, uint64(unix/60)))
	return max(0.2, 1+m.rough*v)
}

// incident is the factor of a spike or a dip: one on every sixth day of a
// module, for 10 to 80 minutes, with edges of two minutes.
func (m *Module) incident(t moment) float64 {
	h := mix(m.seed^5, uint64(t.date))
	if h%6 != 0 {
		return 1
	}
	length := 600 + int64(h>>8)%4200
	begin := int64(unit(mix(h, 1)) * float64(day-length))
	inside := min(t.second-begin, begin+length-t.second)
	if inside <= 0 {
		return 1
	}
	size := 1.25 + 0.7*unit(mix(h, 2))
	if mix(h, 3)%3 == 0 {
		size = 0.3 + 0.4*unit(mix(h, 2))
	}
	return 1 + (size-1)*min(1, float64(inside)/120)
}

// load is the device's when its module's is given. One sample in two thousand
// is far out: real noise has heavy tails.
func (d *Device) load(module float64, unix int64) float64 {
	h := mix(d.seed, uint64(unix))
	v := module * d.factor * (1 + 0.03*bell(h))
	if h%2003 == 0 {
		v *= 1.6
	}
	return math.Round(min(100, max(0, v))*100) / 100 // agents report two decimals
}
