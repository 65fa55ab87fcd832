package ledger

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"headroom/analytics"
	"headroom/analytics/band"
	"headroom/analytics/season"
	"headroom/storage"
	"headroom/storage/fleet"
)

// BandLevel is the nominal coverage of the band: that of three standard
// deviations.
const BandLevel = band.AheadLevel

// aheadEvery is every how many minutes a node's bands ahead are written down;
// the nodes take turns, so that every minute writes as much.
const aheadEvery = 15

const minutesPerDay = season.MinutesPerDay

// turn tells whether it is a node's, at a minute in Unix seconds.
func turn(n *fleet.Node, minute int64) bool { return (int(minute/60)+n.Index)%aheadEvery == 0 }

func (l *Ledger) bandsAhead(r *rows, s *analytics.Snapshot) {
	for k, lead := range analytics.Leads {
		names := l.bounds(open, Band, lead.Name)
		for i, n := range s.Nodes() {
			if turn(n, s.At.Unix()) {
				r.interval(names, n, s.At.UnixMilli(), s.BandAhead(i, k))
			}
		}
	}
}

// aheadOf is the band that was expected of a minute of the day; NaN unknown.
type aheadOf struct {
	minute int
	bounds [3]float64 // in the order of boundNames
}

// foretold are a day's bands of one lead time.
type foretold [minutesPerDay / aheadEvery]aheadOf

func newForetold() *foretold {
	f := &foretold{}
	for i := range f {
		f[i].bounds = [3]float64{math.NaN(), math.NaN(), math.NaN()}
	}
	return f
}

// readAhead reads the bands that were expected of a day's minutes.
func (l *Ledger) readAhead(ctx context.Context, prefix string, day int, nodes map[*fleet.Node]*came) error {
	cal := season.NewCalendar(l.Location)
	for k, lead := range analytics.Leads {
		shift := lead.Ahead.Milliseconds()
		q := storage.Query{
			Matchers: []storage.Matcher{storage.Metric(prefix + forecastPercent), storage.Eq("task", Band), storage.Eq("horizon", lead.Name)},
			Range:    storage.TimeRange{From: cal.Start(day)*1000 - shift, To: cal.Start(day+1)*1000 - 1 - shift},
		}
		err := l.Store.Select(ctx, q, func(b *storage.Block) error {
			bound := slices.Index(boundNames[:], storage.Value(b.Labels, "bound"))
			if n := l.node(b.Labels); n != nil && nodes[n] != nil && bound >= 0 {
				nodes[n].foretell(cal, k, bound, b, shift)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("read bands of %s: %w", lead.Name, err)
		}
	}
	return nil
}

func (c *came) foretell(cal *season.Calendar, lead, bound int, b *storage.Block, shift int64) {
	if c.ahead[lead] == nil {
		c.ahead[lead] = newForetold()
	}
	c.made[lead] = c.made[lead] || howOf(b.Labels)
	for i, ts := range b.Timestamps {
		_, minute := cal.Split((ts + shift) / 1000)
		at := &c.ahead[lead][minute/aheadEvery]
		at.minute, at.bounds[bound] = minute, b.Values[i]
	}
}

// aheadScore is how right a node's bands of one lead time were on a day: means
// over the minutes of which both are known, relative to the load that came.
type aheadScore struct{ inside, err, naive, width, score mean }

// What band_ahead_ratio tells of.
const (
	ofInside = "inside"
	ofError  = "error"
	ofNaive  = "naive_error"
	ofWidth  = "width"
	ofScore  = "interval_score"
)

// judgeAhead appends how right the bands ahead were. The naive forecast is the
// load at the time at which the band was made.
func (l *Ledger) judgeAhead(r *rows, n *fleet.Node, at int64, c *came) {
	for k, lead := range analytics.Leads {
		if c.ahead[k] == nil || c.load == nil {
			continue
		}
		var s aheadScore
		for i := range c.ahead[k] {
			s.add(&c.ahead[k][i], c.load[c.ahead[k][i].minute], c.loadBefore(c.ahead[k][i].minute, lead.Ahead))
		}
		for of, m := range map[string]*mean{ofInside: &s.inside, ofError: &s.err, ofNaive: &s.naive, ofWidth: &s.width, ofScore: &s.score} {
			r.add(l.named(c.made[k], bandAhead, storage.Label{Name: "horizon", Value: lead.Name}, storage.Label{Name: "of", Value: of}), n, at, float64(m.value()))
		}
	}
}

// loadBefore is the load so long before a minute of the day, at most a day.
func (c *came) loadBefore(minute int, ahead time.Duration) float64 {
	made := minute - int(ahead/time.Minute)
	switch {
	case made >= 0:
		return c.load[made]
	case c.before == nil:
		return math.NaN()
	}
	return c.before[made+minutesPerDay]
}

func (s *aheadScore) add(at *aheadOf, load, naive float64) {
	e := Entry{Forecast: analytics.Number(at.bounds[0]), Lower: analytics.Number(at.bounds[1]), Upper: analytics.Number(at.bounds[2]), Actual: analytics.Number(load), Naive: analytics.Number(naive)}
	e.judge(BandLevel)
	s.err.add(size(e.Error))
	if e.Inside == nil {
		return
	}
	s.inside.add(share(*e.Inside))
	s.naive.add(size(e.NaiveError))
	s.width.add(e.Width)
	s.score.add(e.Score / e.Actual)
}

// share is 1 of what is true.
func share(yes bool) analytics.Number {
	if yes {
		return 1
	}
	return 0
}

// aheadEntries reads how right the bands ahead were on the query's days.
func (l *Ledger) aheadEntries(ctx context.Context, q Query) ([]Entry, error) {
	type key struct {
		node    *fleet.Node
		horizon string
		day     int
	}
	made, cal := map[key]*Entry{}, season.NewCalendar(l.Location)
	err := l.read(ctx, q, bandAhead, q.From, q.To, func(n *fleet.Node, b *storage.Block) {
		horizon, of := storage.Value(b.Labels, "horizon"), storage.Value(b.Labels, "of")
		for i, ts := range b.Timestamps {
			day, _ := cal.Split(ts / 1000)
			k := key{n, string([]byte(horizon)), day} // the block's memory is not ours
			if made[k] == nil {
				e := bandEntry(n, k.horizon, day)
				e.Replayed = bool(howOf(b.Labels))
				made[k] = &e
			}
			*made[k].of(of) = analytics.Number(b.Values[i])
		}
	})
	out := make([]Entry, 0, len(made))
	for _, e := range made {
		out = append(out, *e)
	}
	return out, err
}

// of returns the field that band_ahead_ratio tells of.
func (e *Entry) of(what string) *analytics.Number {
	switch what {
	case ofError:
		return &e.Error
	case ofNaive:
		return &e.NaiveError
	case ofWidth:
		return &e.Width
	case ofScore:
		return &e.Score
	}
	return &e.Actual
}
