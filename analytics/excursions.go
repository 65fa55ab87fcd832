package analytics

import (
	"context"
	"math"
	"slices"
	"time"

	"headroom/analytics/band"
	"headroom/analytics/detect"
	"headroom/analytics/season"
	"headroom/storage/fleet"
)

// Excursion is an interval of a node's past in which the calibrated alarm ran, from
// the first value outside its bounds to the last one on that side.
type Excursion struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`        // the end of that minute
	Direction string    `json:"direction"` // up or down, as it began
	Score     Number    `json:"score"`     // the largest distance in half-widths; unknown where the bounds had no width
	Running   bool      `json:"running"`   // the alarm is not over
	Mark      *int64    `json:"mark"`      // a mark in force that covers it; nil: none
}

// MaxExcursionDays is how many days may be asked for at a time.
const MaxExcursionDays = 60

// excursionLead is how many days are gone through before those that are asked for,
// so that the usual day is known in them.
const excursionLead = band.Days

// Excursions returns in which intervals of the last days the calibrated alarm of a
// node ran, the newest first: a replay of what is stored, brought to the present
// number of devices and without the uplift of events. Marks are not left out of it,
// since whoever makes one comes after the alarm.
func (l *Loop) Excursions(ctx context.Context, id string, days int) ([]Excursion, error) {
	n, s, err := l.node(id, "")
	if err != nil {
		return nil, err
	}
	m, day := *l.model(), l.dayOf(s)
	first := day - days - excursionLead
	h, err := l.reader.One(ctx, n, first, day)
	if err != nil {
		return nil, err
	}
	defer h.release()
	devices, err := l.reader.Devices(ctx, first, day, l.reader.devicesOf(n))
	if err != nil {
		return nil, err
	}
	h.devices = devices[n]
	h.forgetAfter(s.At)
	marks := m.marksOf(n.Path, 0, s.At.Unix())
	m.Marks = nil
	h.ordinary(&m, day+1)
	out := excursionsOf(h.grid, &m)
	from := time.Unix(season.NewCalendar(m.Location).Start(day-days), 0)
	out = slices.DeleteFunc(out, func(e Excursion) bool { return e.To.Before(from) })
	for i := range out {
		out[i].Mark = covering(marks, out[i].From, out[i].To)
	}
	slices.Reverse(out)
	return out, nil
}

// forgetAfter forgets the minutes of a time's day that are later: a coarse value
// stands for some that are still to come.
func (h *history) forgetAfter(at time.Time) {
	day, minute := season.NewCalendar(at.Location()).Split(at.Unix())
	rest := h.grid.Day(day - h.grid.First)[minute+1:]
	for i := range rest {
		rest[i] = math.NaN()
	}
}

// covering returns the number of a mark that holds an interval as a whole.
func covering(marks []fleet.Mark, from, to time.Time) *int64 {
	for i := range marks {
		if k := &marks[i]; !k.From.After(from) && !k.To.Before(to) {
			return &k.ID
		}
	}
	return nil
}

// excursionsOf replays the alarm over all minutes of a grid, the oldest first.
func excursionsOf(g *season.Grid, m *Model) []Excursion {
	out := []Excursion{}
	d, cal := detect.New(season.NewGrid(g.First, g.Days(), g.Slots), m.Alarm), season.NewCalendar(m.Location)
	var now excursion
	end := func() {
		if now.alarm {
			out = append(out, now.told(g.First, cal, m.Location))
		}
		now = excursion{}
	}
	for i, v := range g.Values {
		if v != v {
			continue
		}
		day, minute := g.First+i/g.Slots, i%g.Slots
		b := d.Expect(day, minute)
		d.See(day, minute, v)
		running, _ := d.Alarmed()
		if !b.Deviates(v) && !running {
			end()
			continue
		}
		if b.Deviates(v) || !now.begun { // a load that went away is alarmed on within wide bounds, too
			now.see(i, b.Score(v), v > b.Expected)
		}
		now.alarm = now.alarm || running
	}
	now.running = true // unless no alarm ran
	end()
	return out
}

// excursion is what is known of one that is not over: the values outside, in a row
// until the alarm begins, on the side on which it does. On its way back the load is
// often outside on the other one, since more is expected of it by then.
type excursion struct {
	begun, up      bool
	first, last    int // minutes of the grid
	score          float64
	alarm, running bool
}

// see enters a minute outside.
func (e *excursion) see(minute int, score float64, up bool) {
	if !e.begun || !e.alarm && up != e.up {
		*e = excursion{begun: true, up: up, first: minute}
	}
	if up == e.up {
		e.last, e.score = minute, max(e.score, score)
	}
}

func (e *excursion) told(first int, cal *season.Calendar, loc *time.Location) Excursion {
	at := func(i int) time.Time {
		return time.Unix(cal.At(first+i/season.MinutesPerDay, i%season.MinutesPerDay), 0).In(loc)
	}
	direction := "down"
	if e.up {
		direction = "up"
	}
	return Excursion{From: at(e.first), To: at(e.last).Add(time.Minute), Direction: direction, Score: Number(e.score), Running: e.running}
}
