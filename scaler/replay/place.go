package replay

import (
	"context"
	"time"

	"headroom/scaler/policy"
)

// tenant is a compared series that shares a pool.
type tenant struct {
	Series
	settings  policy.Settings
	world     World
	from      int               // minute of Busy in which the evaluation starts
	forecasts []policy.Forecast // at the end of each minute from then on
	decided   []int             // workers in each minute, where there is room for all

	name  string
	comes int // minute of the replay that is minute from of Busy
}

func (t *tenant) minutes() int { return len(t.Busy) - t.from }

// tenants puts series on one time line. Those recorded at one time keep it; if
// there is no minute that all have, each moves by whole weeks, so that the hours
// of the day and of the week meet.
func tenants(all []*Comparison) (list []*tenant, start time.Time, minutes int) {
	first, last, end := all[0].From, all[0].From, all[0].To
	for _, c := range all {
		if c.From.Before(first) {
			first = c.From
		}
		if c.From.After(last) {
			last = c.From
		}
		if c.To.Before(end) {
			end = c.To
		}
	}
	const week = 7 * 1440
	for _, c := range all {
		t := *c.tenant
		t.name, t.comes = c.Name, int(c.From.Sub(first)/time.Minute)
		if !last.Before(end) {
			t.comes %= week
		}
		minutes = max(minutes, t.comes+t.minutes())
		list = append(list, &t)
	}
	return list, first, minutes
}

// Place runs services that were compared with [Options].Keep once more, now
// that they share a pool: each minute their policies decide, and allocate.Plan
// places the workers. A service that gets fewer than were decided decides the
// next minute with those.
func Place(ctx context.Context, all []*Comparison, pool Pool) (*Placement, error) {
	list, start, minutes := tenants(all)
	p := newPlacement(list, pool, start, minutes)
	rules := make([]Rule, len(list))
	for s, t := range list {
		rules[s] = decide(t.Series, t.settings, func(i int, _ time.Time) policy.Forecast { return t.forecasts[i-t.from] })
	}
	f := pool.open(len(list))
	wanted := make([]order, len(list))
	for m := range minutes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for s, t := range list {
			wanted[s] = t.order(m, wanted[s].workers)
		}
		p.Moves += f.carryOut(m, wanted)
		p.add(f, m, wanted)
		for s, t := range list {
			if i := m - t.comes; 0 <= i && i < t.minutes() {
				seen := Seen{t.Busy[t.from+i], f.ready[s], wanted[s].workers}
				wanted[s].workers = p.Each[s].Run.minute(t.from+i, f.placed[s], seen, rules[s], t.world.Threshold)
			}
		}
	}
	p.finish()
	var err error
	p.Fewest, err = fewest(ctx, list, pool, minutes, p.Short.Minutes+p.Beyond == 0)
	return p, err
}

// order is what a service wants in a minute of the replay, where its policy
// decided so: nothing before it comes and after it has gone. Workers with which
// it comes serve at once.
func (t *tenant) order(m, decided int) order {
	switch i := m - t.comes; {
	case i < 0 || i >= t.minutes():
		return order{}
	case i == 0:
		return order{workers: t.world.First}
	default:
		return order{decided, t.world.Startup}
	}
}
