package backtest

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests do not depend on what the machine knows
)

// recorded makes a series of so many days from 2026-01-05 on (a Monday, UTC)
// with a daily and a weekly rhythm, growth, noise, and now and then a gap.
func recorded(days int, step time.Duration, seed uint64) *Series {
	rng := rand.New(rand.NewPCG(seed, 2))
	s := &Series{Name: "recorded"}
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	for at := start; at.Before(start.AddDate(0, 0, days)); at = at.Add(step) {
		day := at.Sub(start).Hours() / 24
		level := 30 + 0.2*day
		if day := at.Weekday(); day == time.Saturday || day == time.Sunday {
			level *= 0.8
		}
		v := level*(1+0.5*math.Sin(2*math.Pi*day)) + rng.NormFloat64()
		if rng.Float64() < 0.97 {
			s.Times, s.Values = append(s.Times, at.Unix()), append(s.Values, v)
		}
	}
	return s
}

func (s *Series) file(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("timestamp,value")
	if s.Labels != nil {
		b.WriteString(",label")
	}
	for i := range s.Times {
		fmt.Fprintf(&b, "\n%d,%v", s.Times[i], s.Values[i])
		if s.Labels != nil {
			fmt.Fprintf(&b, ",%d", map[bool]int{true: 1}[s.Labels[i]])
		}
	}
	path := filepath.Join(t.TempDir(), s.Name+".csv")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func options(task Task, zone string) Options {
	o := DefaultOptions()
	o.Model = "classic"
	o.Task = task
	var err error
	if o.Location, err = time.LoadLocation(zone); err != nil {
		panic(err)
	}
	return o
}

// rows runs a backtest of one series and returns what it wrote.
func rows(t testing.TB, o Options, s *Series) [][]string {
	t.Helper()
	o.Out = filepath.Join(t.TempDir(), "deep", "out.csv")
	if _, err := Run(context.Background(), o, []string{s.file(t)}); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(o.Out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFiles(t *testing.T) {
	s := recorded(100, 30*time.Minute, 1)
	f := func(task Task, header, first string, n int) {
		t.Helper()
		got := rows(t, options(task, "UTC"), s)
		if h := strings.Join(got[0], ","); h != header {
			t.Errorf("%s: header %s", task, h)
		}
		if r := strings.Join(got[1], ","); r != first {
			t.Errorf("%s: first row %s, want %s", task, r, first)
		}
		if len(got)-1 != n {
			t.Errorf("%s: %d rows, want %d", task, len(got)-1, n)
		}
	}
	learning := fmt.Sprintf("%d,%v,,,,,", s.Times[0], s.Values[0])
	f(Band, "timestamp,value,expected,lower,upper,score,deviates", learning, len(s.Times))
	f(Deviation, "timestamp,value,expected,lower,upper,score,deviates", learning, len(s.Times))
	peaks := rows(t, options(Peak, "UTC"), s)
	f(Peak, "day,asof,forecast,lower,upper,actual", "2026-01-05,12:00,,,,"+peaks[1][5], 100)
	if peaks[10][2] != "" || peaks[12][2] == "" {
		t.Errorf("peak: learning from %v to %v", peaks[10], peaks[12])
	}

	// As of the 60th day, 2026-03-05, and then weekly: 6 times in 100 days.
	growths := rows(t, options(Growth, "UTC"), s)
	f(Growth, "asof,target,forecast,lower,upper,actual", strings.Join(growths[1], ","), 6*31)
	if g := growths[31]; growths[1][0] != "2026-03-05" || growths[1][1] != "1" || g[1] != "max" || g[5] == "" || growths[32][0] != "2026-03-12" {
		t.Errorf("growth: %v … %v", growths[1], g)
	}
	if last := growths[len(growths)-1]; last[5] != "" {
		t.Errorf("growth: the largest peak of a horizon that is not over: %v", last)
	}
}

// Hours that the other days do not know are no growth, and no reason for doubt.
func TestGrowthSeesThroughIncidents(t *testing.T) {
	o := options(Growth, "UTC")
	o.Model = "calibrated"
	s := recorded(60, time.Hour, 5)
	plain := rows(t, o, s)[31]
	for i, at := range s.Times {
		if day := at / 86400; day%5 == 0 && at%86400 == 15*3600 {
			s.Values[i] *= 3
		}
	}
	for i, cell := range rows(t, o, s)[31][2:5] {
		if a, b := number(t, cell), number(t, plain[2+i]); math.Abs(a/b-1) > 0.03 {
			t.Errorf("the largest of 30 days, with an incident every fifth day, is %v, without %v", cell, plain[2+i])
		}
	}
}

// A peak's row needs a series that reaches its time, a growth forecast one that
// reaches the end of its day and misses no more than six of sixty.
func TestRowsThatAreDue(t *testing.T) {
	whole := recorded(75, time.Hour, 3)
	until := func(hours int, missing ...int) *Series {
		s := &Series{Name: "cut"}
		for i, at := range whole.Times {
			hour := int(at-whole.Times[0]) / 3600
			if hour < hours && !slices.Contains(missing, hour/24) {
				s.Times, s.Values = append(s.Times, at), append(s.Values, whole.Values[i])
			}
		}
		return s
	}
	f := func(task Task, s *Series, last string) {
		t.Helper()
		all := rows(t, options(task, "UTC"), s)
		if got := all[len(all)-1][0]; got != last {
			t.Errorf("%s: last row of %s, want %s", task, got, last)
		}
	}
	f(Peak, until(40*24+9), "2026-02-13")
	f(Peak, until(40*24+12), "2026-02-14")
	f(Growth, until(60*24-3), "asof") // nothing but the header
	f(Growth, until(60*24), "2026-03-05")
	f(Growth, until(67*24, 10, 20, 21, 22, 30, 40), "2026-03-12")
	f(Growth, until(66*24, 10, 20, 21, 22, 30, 40, 50), "asof")
}

// What comes later changes no earlier row, whether it is missing or different.
func TestCausal(t *testing.T) {
	f := func(task Task, model string, step time.Duration, days, cut int, zone string) {
		t.Helper()
		o, s := options(task, zone), recorded(days, step, 5)
		o.Model = model
		at := time.Date(2026, 1, 5+cut, 12, 0, 0, 0, o.Location).Unix()
		n := 0
		for n < len(s.Times) && s.Times[n] < at {
			n++
		}
		cutOff := &Series{Name: s.Name, Times: s.Times[:n], Values: s.Values[:n]}
		other := &Series{Name: s.Name, Times: s.Times, Values: append([]float64{}, s.Values...)}
		for i := n; i < len(other.Values); i++ {
			other.Values[i] = 1000 - other.Values[i]
		}
		was := rows(t, o, s)
		for _, tail := range []*Series{cutOff, other} {
			is, compared := rows(t, o, tail), 0
			for i := 1; i < min(len(was), len(is)); i++ {
				if known, due := before(t, o, was[i], at); !due {
					continue
				} else if a, b := strings.Join(was[i][:known], ","), strings.Join(is[i][:known], ","); a != b {
					t.Fatalf("%s, %s: was %s, is %s", task, model, a, b)
				}
				compared++
			}
			if compared < 3 {
				t.Fatalf("%s, %s: only %d rows compared", task, model, compared)
			}
		}
	}
	for _, model := range Models() {
		f(Band, model, 10*time.Minute, 20, 15, "Europe/Berlin")
		f(Deviation, model, 10*time.Minute, 20, 15, "Asia/Shanghai")
		f(Peak, model, 10*time.Minute, 45, 40, "Australia/Lord_Howe")
		f(Growth, model, time.Hour, 120, 85, "America/New_York")
	}
}

// before tells how many cells of a row must not depend on what comes from a
// moment on, and whether the row was due by then.
func before(t *testing.T, o Options, row []string, moment int64) (cells int, due bool) {
	if o.Task == Band || o.Task == Deviation {
		var at int64
		fmt.Sscan(row[0], &at)
		return len(row), at < moment
	}
	day, err := time.ParseInLocation(time.DateOnly, row[0], o.Location)
	if err != nil {
		t.Fatal(err)
	}
	at := day.AddDate(0, 0, 1).Unix()
	if o.Task == Peak {
		at = day.Add(12 * time.Hour).Unix()
	}
	return len(row) - 1, at <= moment
}

func TestLabelsAreForTheScoresAlone(t *testing.T) {
	s := recorded(15, 10*time.Minute, 7)
	for i := 1800; i < 1805; i++ {
		s.Values[i] += 100
	}
	plain := rows(t, options(Deviation, "UTC"), s)
	s.Labels = make([]bool, len(s.Values))
	copy(s.Labels[1800:], []bool{true, true, true, true, true})
	labelled := rows(t, options(Deviation, "UTC"), s)
	if fmt.Sprint(plain) != fmt.Sprint(labelled) {
		t.Fatal("labels changed the rows")
	}
	r, err := Run(context.Background(), options(Deviation, "UTC"), []string{s.file(t)})
	if err != nil {
		t.Fatal(err)
	}
	if classic := r.Models[0].Scores; classic.Get("recall") != 1 || classic.Get("events") != 1 {
		t.Fatalf("a load five times its usual was not found: %v", classic)
	}
}

// However many workers there are, the files and scores are the same.
func TestRunIsDeterministic(t *testing.T) {
	var files []string
	for i := range 5 {
		s := recorded(20, 10*time.Minute, uint64(i))
		s.Name = fmt.Sprintf("s%d", i)
		files = append(files, s.file(t))
	}
	run := func(workers int) string {
		o := options(Band, "UTC")
		o.Workers, o.Out = workers, t.TempDir()
		r, err := Run(context.Background(), o, files)
		if err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for i := range files {
			b, err := os.ReadFile(filepath.Join(o.Out, fmt.Sprintf("s%d.csv", i)))
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, b...)
		}
		return string(out)
	}
	if run(1) != run(4) {
		t.Fatal("one worker and four differ")
	}
}

func TestRunRefuses(t *testing.T) {
	good := recorded(3, time.Hour, 1).file(t)
	f := func(want string, change func(*Options), files ...string) {
		t.Helper()
		o := options(Band, "UTC")
		change(&o)
		if _, err := Run(context.Background(), o, files); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q in it", err, want)
		}
	}
	f("no series", func(*Options) {})
	f("task: ", func(o *Options) { o.Task = "x" }, good)
	f("model: want one of [classic naive calibrated], got \"x\"", func(o *Options) { o.Model = "x" }, good)
	f("level: ", func(o *Options) { o.Level = 95 }, good)
	f("level: ", func(o *Options) { o.Level = math.NaN() }, good)
	f("asof: ", func(o *Options) { o.AsOf = 1440 }, good)
	f("horizon: ", func(o *Options) { o.Horizon = 0 }, good)
	f("no time zone", func(o *Options) { o.Location = nil }, good)
	f("missing.csv", func(*Options) {}, "missing.csv")
	f("would both be written", func(o *Options) { o.Out = t.TempDir() }, good, good)
	f("write rows", func(o *Options) { o.Out = filepath.Join(good, "below-a-file.csv") }, good)
	long := &Series{Name: "long", Times: []int64{-latest, -latest + 60, latest}, Values: []float64{1, 2, 3}}
	f("too long a series", func(*Options) {}, long.file(t))
}

func TestRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	file := recorded(3, time.Hour, 1).file(t)
	_, err := Run(ctx, options(Band, "UTC"), []string{file, file, file})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func BenchmarkRun(b *testing.B) {
	file := recorded(60, time.Minute, 1).file(b)
	for _, task := range Tasks() {
		b.Run(string(task), func(b *testing.B) {
			for b.Loop() {
				if _, err := Run(context.Background(), options(task, "Asia/Shanghai"), []string{file}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
