package ledger

import (
	"context"

	"headroom/analytics"
	"headroom/analytics/season"
	"headroom/storage"
	"headroom/storage/fleet"
)

// days are a number for each day of a node.
type days map[*fleet.Node]map[int]float64

func (d days) at(n *fleet.Node, day int) analytics.Number {
	if v, ok := d[n][day]; ok {
		return analytics.Number(v)
	}
	return analytics.Unknown()
}

func (d days) set(n *fleet.Node, day int, v float64) {
	if v != v {
		return
	}
	if d[n] == nil {
		d[n] = map[int]float64{}
	}
	d[n][day] = v
}

// add enters all that is known in other.
func (d days) add(other days) {
	for n, byDay := range other {
		for day, v := range byDay {
			d.set(n, day, v)
		}
	}
}

// has tells whether anything is known of a day.
func (d days) has(day int) bool {
	for _, byDay := range d {
		if _, ok := byDay[day]; ok {
			return true
		}
	}
	return false
}

// daily reads what was written at the end of days.
func (l *Ledger) daily(ctx context.Context, q Query, suffix string, from, to int) (days, error) {
	out, cal := days{}, season.NewCalendar(l.Location)
	err := l.read(ctx, q, suffix, from, to, func(n *fleet.Node, b *storage.Block) {
		for i, ts := range b.Timestamps {
			day, _ := cal.Split(ts / 1000)
			out.set(n, day, b.Values[i])
		}
	})
	return out, err
}
