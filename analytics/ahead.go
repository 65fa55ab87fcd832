package analytics

import (
	"time"

	"headroom/analytics/band"
	"headroom/analytics/season"
)

// Lead is a time ahead of a minute for which its snapshot says what will be
// normal then.
type Lead struct {
	Name  string // as in labels
	Ahead time.Duration
}

// Leads are the lead times of every snapshot, by [band.Lead].
var Leads = [...]Lead{leadOf("1h", band.HourAhead), leadOf("1d", band.DayAhead)}

func leadOf(name string, k band.Lead) Lead {
	return Lead{name, time.Duration(k.Minutes()) * time.Minute}
}

// ahead are a node's bands at the [Leads].
type ahead [len(Leads)]band.Band

// slot is a minute of a local day.
type slot struct{ day, minute int }

// leadSlots returns the minutes that lie ahead of one, in Unix seconds.
func leadSlots(cal *season.Calendar, minute int64) (out [len(Leads)]slot) {
	for i, lead := range Leads {
		out[i].day, out[i].minute = cal.Split(minute + int64(lead.Ahead/time.Second))
	}
	return out
}

// BandAhead returns the band that is expected of a node at one of the [Leads],
// from what was known with the snapshot's minute: the same that its curve shows
// for that minute of today. It is meant to hold [band.AheadLevel] of ordinary loads.
func (s *Snapshot) BandAhead(node, lead int) Interval {
	if node >= len(s.ahead) {
		return unknownInterval
	}
	b := &s.ahead[node][lead]
	return interval(b.Expected, b.Lower, b.Upper)
}

func (classic) ahead(k *learned, _ *today, _ band.Lead, at slot) band.Band {
	return k.classic.band(at.minute)
}

// ahead goes on from the current minute, whose verdict is there already.
func (calibrated) ahead(_ *learned, t *today, lead band.Lead, at slot) band.Band {
	if t.follow == nil {
		return band.None(0)
	}
	by := t.plan.factor()
	if at.day > t.day && t.plan.next > 0 {
		by = t.plan.next
	}
	return times(t.follow.Ahead(lead, at.day, at.minute), by)
}
