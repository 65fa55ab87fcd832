package backtest

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"headroom/analytics/band"
	"headroom/analytics/season"
	"headroom/internal/parallel"
)

// BenchmarkAhead scores the bands an hour and a day ahead on recorded series, beside
// those of the simple methods that are known so long before: the same time of
// yesterday, of a week ago, and the mean of 28 days, each ± three standard deviations.
// HEADROOM_BENCH_SERIES names folders of series, separated by commas, each with its
// time zone behind an equals sign (UTC if there is none):
//
//	HEADROOM_BENCH_SERIES=power,kpis=Asia/Shanghai go test -run '^$' -bench Ahead -benchtime 1x ./analytics/backtest
//
// Series that are shorter than 20 days or coarser than an hour are left out, and of
// those with labels, which may be of anything, the ones unlike a load. Judged are the values without a label, every tenth minute, of at most 250 days,
// from the 29th on, or in the second half of a short series.
func BenchmarkAhead(b *testing.B) {
	folders := os.Getenv("HEADROOM_BENCH_SERIES")
	if folders == "" {
		b.Skip("HEADROOM_BENCH_SERIES names no folders")
	}
	for b.Loop() {
		t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(t, "set\tlead\tseries\tmethod\tcoverage %\tworst tenth\twidth %\terror %\tinterval score %\t")
		for folder := range strings.SplitSeq(folders, ",") {
			path, zone, _ := strings.Cut(folder, "=")
			loc, err := time.LoadLocation(cmp.Or(zone, "UTC"))
			if err != nil {
				b.Fatal(err)
			}
			scoreAhead(b, t, path, loc)
		}
		t.Flush()
	}
}

var aheadLeads = []struct {
	name string
	lead band.Lead
}{{"1h", band.HourAhead}, {"1d", band.DayAhead}}

// aheadMethods are made anew for each series and lead.
var aheadMethods = []struct {
	name string
	make func(p *placed, lead band.Lead) bander
}{
	{"calibrated", func(p *placed, lead band.Lead) bander { return newForeteller(p, lead) }},
	{"classic", func(p *placed, _ band.Lead) bander { return classicBands(p.empty(), band.Sigma) }},
	{"yesterday", func(p *placed, _ band.Lead) bander { return &yesterday{naiveBand{p.empty(), band.Sigma}} }},
	{"week ago", func(p *placed, _ band.Lead) bander { return naiveBands(p.empty(), band.Sigma) }},
}

func scoreAhead(b *testing.B, out *tabwriter.Writer, folder string, loc *time.Location) {
	files, err := filepath.Glob(filepath.Join(folder, "*.csv*"))
	if err != nil || len(files) == 0 {
		b.Fatalf("%s: no series there (%v)", folder, err)
	}
	tallies := make([][]tally, len(files))
	err = parallel.Do(context.Background(), 0, len(files), func(i int) error {
		s, err := ReadFile(files[i])
		if err != nil {
			return err
		}
		p, err := place(s, loc)
		if err == nil && p.length <= 60 && p.to-p.from >= 20 && (p.Labels == nil || p.loadLike()) {
			tallies[i] = p.aheadTallies()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	for k, lead := range aheadLeads {
		for m, method := range aheadMethods {
			for half, which := range []string{"even", "odd", "all"} {
				if all, scores := aheadScores(tallies, k*len(aheadMethods)+m, half); all > 0 {
					fmt.Fprintf(out, "%s\t%s\t%d %s\t%s\t%s\n", filepath.Base(folder), lead.name, all, which, method.name, scores)
				}
			}
		}
	}
}

// aheadScores are the means over the even or odd series, or all.
func aheadScores(tallies [][]tally, column, half int) (n int, text string) {
	var some []tally
	var covered []float64
	for i, t := range tallies {
		if t != nil && (half == 2 || i%2 == half) {
			some, covered = append(some, t[column]), append(covered, t[column].scores().Get("coverage_pct"))
		}
	}
	slices.Sort(covered)
	s, tenth := pool(some), math.NaN()
	if n = len(covered); n > 0 {
		x := 0.1 * float64(n-1)
		i := int(x)
		tenth = covered[i] + (x-float64(i))*(covered[min(i+1, n-1)]-covered[i])
	}
	return n, fmt.Sprintf("%.2f\t%.2f\t%.1f\t%.2f\t%.1f\t", s.Get("coverage_pct"), tenth, s.Get("width_pct"), s.Get("mape_pct"), s.Get("interval_score_pct"))
}

// aheadTallies follows a series by all methods, lead by lead.
func (p *placed) aheadTallies() (out []tally) {
	days := min(p.to-p.from, 250)
	first := p.to - days + min(band.Days, max(14, days/2))
	for _, lead := range aheadLeads {
		for _, method := range aheadMethods {
			m, t := method.make(p, lead.lead), tally{}
			for i, v := range p.Values {
				said := m.expect(p.day[i], p.slot[i])
				m.see(p.day[i], p.slot[i], v)
				if p.day[i] >= first && p.slot[i]*p.length%10 == 0 && (p.Labels == nil || !p.Labels[i]) {
					t.see(v, interval{said.Expected, said.Lower, said.Upper}, band.AheadLevel)
				}
			}
			out = append(out, t)
		}
	}
	return out
}

// foreteller says of each value what was said of it a lead before.
type foreteller struct {
	load  *band.Calibrated
	lead  band.Lead
	slots int
	said  map[int]band.Band // by the slot that it is about, since 1970
	last  band.Forecast
}

func newForeteller(p *placed, lead band.Lead) *foreteller {
	return &foreteller{load: band.NewCalibrated(p.empty()), lead: lead, slots: p.slots(), said: map[int]band.Band{}}
}

func (f *foreteller) expect(day, slot int) band.Band {
	f.last = f.load.Next(day, slot)
	key := day*f.slots + slot
	b, there := f.said[key]
	delete(f.said, key)
	if !there {
		return band.None(0)
	}
	return b
}

func (f *foreteller) see(day, slot int, v float64) {
	f.load.See(f.last, day, slot, v)
	to := day*f.slots + slot + f.lead.Minutes()*f.slots/season.MinutesPerDay
	f.said[to] = f.load.Ahead(f.lead, to/f.slots, to%f.slots)
}

// yesterday is the naive band with the day before in place of the week.
type yesterday struct{ naiveBand }

func (y *yesterday) expect(day, slot int) band.Band {
	row, squares, errs := day-y.seen.First, 0.0, 0
	for i := max(1, row-band.Days); i < row; i++ {
		if e := y.at(i, slot) - y.at(i-1, slot); e == e {
			squares += e * e
			errs++
		}
	}
	v := y.at(row-1, slot)
	if v != v || errs < band.MinDays {
		return band.None(errs)
	}
	half := y.width * math.Sqrt(squares/float64(errs))
	return band.Band{Expected: v, Lower: v - half, Upper: v + half, Days: errs}
}

// loadLike tells whether a series looks like a load, its labelled values left out: a
// positive median, none below zero, fewer zeros than a fifth, and a third of the
// variance that comes with the time of day.
func (p *placed) loadLike() bool {
	var values []float64
	zeros, g := 0, p.empty()
	for i, v := range p.Values {
		if p.Labels != nil && p.Labels[i] {
			continue
		}
		values = append(values, v)
		if v == 0 {
			zeros++
		}
		g.Day(p.day[i] - p.from)[p.slot[i]] = v
	}
	slices.Sort(values)
	return len(values) > 0 && values[0] >= 0 && values[len(values)/2] > 0 && 5*zeros < len(values) && explained(g, max(1, 5/p.length)) >= 0.3
}

// explained is the share of the variance of means over so many slots that is that of
// the mean day.
func explained(g *season.Grid, slots int) float64 {
	var all season.Moment
	bySlot := make([]season.Moment, g.Slots/slots)
	for d := range g.Days() {
		for i := range bySlot {
			mean := season.SlotMean(g.Day(d)[i*slots : (i+1)*slots])
			all, bySlot[i] = all.With(mean), bySlot[i].With(mean)
		}
	}
	rest := 0.0
	for _, m := range bySlot {
		if n, _, sd := m.Stats(); n > 1 {
			rest += float64(n-1) * sd * sd
		}
	}
	n, _, sd := all.Stats()
	return 1 - rest/(float64(n-1)*sd*sd)
}
