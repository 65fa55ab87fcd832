package analytics

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// noisyLoad is the usual load with noise that differs from minute to minute.
func noisyLoad(at time.Time, rng *rand.Rand) float64 {
	hour := float64(at.Hour()) + float64(at.Minute())/60
	return 40 + 15*math.Sin((hour-9)/24*2*math.Pi) + 0.5*rng.NormFloat64()
}

// noisyHistory writes so many days of minutes before an end.
func (w *world) noisyHistory(module string, end time.Time, days int, rng *rand.Rand) {
	var samples []storage.Sample
	for at := end.AddDate(0, 0, -days); at.Before(end); at = at.Add(time.Minute) {
		samples = append(samples, storage.Sample{Timestamp: at.UnixMilli(), Value: noisyLoad(at, rng)})
	}
	w.history(module, samples)
}

// calibratedWorld shows the calibrated model, learned from days of minutes.
func calibratedWorld(t *testing.T, now time.Time, days int) (*world, *rand.Rand) {
	w, rng := newWorld(t, now), rand.New(rand.NewPCG(1, 2))
	w.noisyHistory("m", now, days, rng)
	m := Classic(shanghai)
	m.Name = ModelCalibrated
	w.loop.SetModel(m)
	if err := w.loop.Learn(context.Background(), now); err != nil {
		t.Fatal(err)
	}
	return w, rng
}

// minute sends a load and returns the row that follows from it.
func (w *world) minute(at time.Time, load float64) Row {
	w.push("m", at.Add(time.Second), 2, load)
	w.loop.Evaluate(context.Background(), at.Unix())
	return w.row("m")
}

// An ordinary day is quiet; what is surely strange is told at once, and the alarm
// ends half an hour after the last of it and of the way back, until which the level
// has followed again.
func TestAlarmBeginsAndEnds(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w, rng := calibratedWorld(t, start, 40)
	for k := range 300 {
		at := start.Add(time.Duration(k) * time.Minute)
		load, strange := noisyLoad(at, rng), k >= 200 && k < 220
		if strange {
			load *= 1.5
		}
		r := w.minute(at, load)
		if w.loop.Snapshot().Model != ModelCalibrated || r.State != OK {
			t.Fatalf("%s: %s, %s %q", r.At, w.loop.Snapshot().Model, r.State, r.Reason)
		}
		if r.Deviates != (r.Score > 1) || r.Lower > r.Mean || r.Mean > r.Upper {
			t.Fatalf("%+v", r)
		}
		if k == 200 && (!r.Alarm || r.Direction != "up") {
			t.Errorf("minute %d, half as much again: alarm %v, direction %q, score %v", k, r.Alarm, r.Direction, r.Score)
		}
		if (k < 200 || k > 290) && r.Alarm {
			t.Errorf("minute %d: an alarm at %v in [%v, %v]", k, r.Load, r.Lower, r.Upper)
		}
	}
}

// What is learned anew from the store in the middle of a day goes on as if
// nothing had been: state is a replay of what is stored.
func TestRestartGoesOnWhereItWas(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w, rng := calibratedWorld(t, start, 40)
	for k := range 90 {
		at := start.Add(time.Duration(k) * time.Minute)
		was := w.minute(at, noisyLoad(at, rng)+float64(k/30*4))
		if k%30 != 29 {
			continue
		}
		if err := w.loop.Learn(context.Background(), at); err != nil {
			t.Fatal(err)
		}
		w.loop.publishAgain()
		if is := w.row("m"); is.Mean != was.Mean || is.Lower != was.Lower || is.Upper != was.Upper || is.PeakToday.Value != was.PeakToday.Value || is.Alarm != was.Alarm {
			t.Errorf("minute %d, before: %+v\nafter: %+v", k, was, is)
		}
	}
}

// Over midnight the state that was learned ahead goes on from the one that ran,
// and differs little from one that is learned after midnight.
func TestTheBandGoesOnOverMidnight(t *testing.T) {
	start := time.Date(2026, 11, 22, 23, 0, 0, 0, shanghai)
	w, rng := calibratedWorld(t, start, 40)
	for k := range 90 {
		at := start.Add(time.Duration(k) * time.Minute)
		r := w.minute(at, noisyLoad(at, rng)+3)
		if k > 45 && math.Abs(float64(r.Load-r.Mean)) > 3 {
			t.Errorf("%s: load %v, expected %v", at, r.Load, r.Mean)
		}
		w.background(at, false)
	}
	ahead := w.row("m")
	if err := w.loop.relearnNow(context.Background()); err != nil {
		t.Fatal(err)
	}
	after := w.row("m")
	if math.Abs(float64(ahead.Mean-after.Mean)) > 0.2 || math.Abs(float64(ahead.Upper/after.Upper-1)) > 0.05 {
		t.Errorf("learned ahead %+v\nafter midnight %+v", ahead, after)
	}
}

// The curve's bands are those of the rows; ahead of now they come back to the
// usual day.
func TestCurveHasTheBandsOfTheRows(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w, rng := calibratedWorld(t, start, 40)
	rows := map[int64]Row{}
	for k := range 30 {
		at := start.Add(time.Duration(k) * time.Minute)
		rows[at.Unix()] = w.minute(at, noisyLoad(at, rng)+4)
	}
	c, err := w.loop.Curve(context.Background(), modulePath("m").ID(), ModelCalibrated)
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range c.Times {
		if r, ok := rows[at]; ok && (c.Expected[i] != r.Mean || c.Lower[i] != r.Lower || c.Upper[i] != r.Upper) {
			t.Errorf("%s: curve %v [%v, %v], row %v [%v, %v]", r.At, c.Expected[i], c.Lower[i], c.Upper[i], r.Mean, r.Lower, r.Upper)
		}
		if at == c.Now+8*3600 {
			usual := noisyLoad(time.Unix(at, 0).In(shanghai), rand.New(rand.NewPCG(3, 4)))
			if math.Abs(float64(c.Expected[i])-usual) > 2.5 {
				t.Errorf("in eight hours %v is expected, usual is %v", c.Expected[i], usual)
			}
		}
	}
}

// What a snapshot says of the band an hour later is what the curve shows for that
// minute, by either model; of a day later little is left of the level of now.
func TestBandsAheadAreThoseOfTheCurve(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w, rng := calibratedWorld(t, start, 40)
	for k := range 30 {
		at := start.Add(time.Duration(k) * time.Minute)
		w.minute(at, noisyLoad(at, rng)+4)
	}
	for _, model := range []string{ModelCalibrated, ModelClassic} {
		c, err := w.loop.Curve(context.Background(), modulePath("m").ID(), model)
		if err != nil {
			t.Fatal(err)
		}
		s, err := w.loop.Snapshot().Of(model)
		if err != nil {
			t.Fatal(err)
		}
		compared := false
		for i, at := range c.Times {
			b := s.BandAhead(s.Find(modulePath("m").ID()), 0)
			if at != c.Now+3600 {
				continue
			}
			compared = true
			if b.Value != c.Expected[i] || b.Lower != c.Lower[i] || b.Upper != c.Upper[i] || !b.Value.Known() {
				t.Errorf("%s: ahead %+v, curve %v [%v, %v]", model, b, c.Expected[i], c.Lower[i], c.Upper[i])
			}
		}
		tomorrow := s.BandAhead(s.Find(modulePath("m").ID()), 1)
		usual := noisyLoad(s.At, rand.New(rand.NewPCG(3, 4)))
		if !compared || math.Abs(float64(tomorrow.Value)-usual) > 2.5 || !(float64(tomorrow.Lower) < usual && usual < float64(tomorrow.Upper)) {
			t.Errorf("%s: compared: %v; tomorrow %+v, usual %v", model, compared, tomorrow, usual)
		}
		if b := s.BandAhead(99, 0); b.Value.Known() {
			t.Errorf("of a node that is not there: %+v", b)
		}
	}
}

func TestLearningSaysWhenItIsReady(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w, rng := calibratedWorld(t, start, 5)
	r := w.minute(start, noisyLoad(start, rng))
	if r.State != Learning || r.Reason != "peak: 4 of 7 full days, ready on 2026-11-25" || !r.Mean.Known() {
		t.Errorf("%s, %q, mean %v", r.State, r.Reason, r.Mean)
	}
}

// A large fleet's first table after a start is the classic one, since that is
// learned at once; the other follows.
func TestTheFirstTableMayBeTheClassicOne(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w, rng := calibratedWorld(t, start, 40)
	if err := w.loop.learn(context.Background(), start, true); err != nil {
		t.Fatal(err)
	}
	r := w.minute(start, noisyLoad(start, rng))
	if s := w.loop.Snapshot(); s.Model != ModelClassic || r.State != OK || s.Growth[s.Find(r.ID)].State != OK {
		t.Errorf("%s: %s, %q", s.Model, r.State, r.Reason)
	}
	if r := w.rowOf("m", ModelCalibrated); r.State != Learning || r.Reason != beingRead {
		t.Errorf("calibrated: %s, %q", r.State, r.Reason)
	}
	if err := w.loop.relearnNow(context.Background()); err != nil {
		t.Fatal(err)
	}
	if r := w.row("m"); w.loop.Snapshot().Model != ModelCalibrated || r.State != OK || !r.PeakToday.Lower.Known() {
		t.Errorf("then: %s, %s, %q", w.loop.Snapshot().Model, r.State, r.Reason)
	}
}

// What is rolled up from the log after a start is shown with the minute that is
// shown, not with the next one.
func TestTheFirstMinuteIsReadAgain(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w, _ := calibratedWorld(t, start.Add(-10*time.Minute), 40)
	if err := w.loop.first(context.Background(), start.Unix()); err != nil {
		t.Fatal(err)
	}
	if r := w.row("m"); r.State != Stale {
		t.Errorf("nothing is stored of the last ten minutes: %s", r.State)
	}
	w.history("m", []storage.Sample{{Timestamp: start.UnixMilli() - 60_000, Value: 41}})
	if err := w.loop.relearnNow(context.Background()); err != nil || w.row("m").State != Stale {
		t.Errorf("only the minute before is stored: %s, %v", w.row("m").State, err)
	}
	w.history("m", []storage.Sample{{Timestamp: start.UnixMilli(), Value: 42}})
	if err := w.loop.relearnNow(context.Background()); err != nil {
		t.Fatal(err)
	}
	if r := w.row("m"); r.State != OK || r.Load != 42 {
		t.Errorf("%s, load %v", r.State, r.Load)
	}
}

// The minute before the last one is all that was stored at the start: the table is of it,
// until the last one is rolled up from the log, too.
func TestAnOlderMinuteIsNotShownAsTheLast(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w, _ := calibratedWorld(t, start.Add(-10*time.Minute), 40)
	shows := func(at time.Time, load float64) {
		t.Helper()
		if r := w.row("m"); !r.At.Equal(at) || r.Load != Number(load) || r.State != OK {
			t.Errorf("%s, load %v at %s; want %v at %s", r.State, r.Load, r.At, load, at)
		}
	}
	w.history("m", []storage.Sample{{Timestamp: start.UnixMilli() - 60_000, Value: 41}})
	if err := w.loop.first(context.Background(), start.Unix()); err != nil {
		t.Fatal(err)
	}
	shows(start.Add(-time.Minute), 41)
	if err := w.loop.relearnNow(context.Background()); err != nil {
		t.Fatal(err)
	}
	shows(start.Add(-time.Minute), 41)
	w.history("m", []storage.Sample{{Timestamp: start.UnixMilli(), Value: 42}})
	if err := w.loop.relearnNow(context.Background()); err != nil {
		t.Fatal(err)
	}
	shows(start, 42)
}

// A start just after midnight that finds only minutes of the day before begins with that
// day, as a whole.
func TestAStartAfterMidnightBeginsWithTheDayBefore(t *testing.T) {
	midnight := time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai)
	w, _ := calibratedWorld(t, midnight.Add(-10*time.Minute), 40)
	w.history("m", []storage.Sample{{Timestamp: midnight.UnixMilli() - 60_000, Value: 41}})
	if err := w.loop.first(context.Background(), midnight.Unix()); err != nil {
		t.Fatal(err)
	}
	if r := w.row("m"); w.loop.learned.day != w.loop.day || r.State != OK || r.PeakToday.Seen <= 41 {
		t.Errorf("learned day %d of day %d; %s, highest so far %v", w.loop.learned.day, w.loop.day, r.State, r.PeakToday.Seen)
	}
}

// Growth is learned from days without their incidents.
func TestIncidentsAreNoGrowth(t *testing.T) {
	day := 20000
	largest := func(incident float64) float64 {
		m, rng := Classic(shanghai), rand.New(rand.NewPCG(1, 2))
		h := newHistory(&fleet.Node{}, day-m.historyDays(), day)
		for i := range h.grid.Values {
			v := 40 + 10*math.Sin(float64(i)/1440*2*math.Pi) + rng.NormFloat64()
			if i/1440%3 == 2 && i%1440/30 == 13 {
				v *= incident
			}
			h.grid.Values[i] = v
		}
		return m.learn(h, day, false).growth.LargestQuantile(30, 0.95)
	}
	if with, without := largest(3), largest(1); math.Abs(with/without-1) > 0.2 {
		t.Errorf("with half an hour of three times the load every third day %v, without %v", with, without)
	}
}

// An event within the lead time makes the order, on the nodes that it is about.
func TestEventsMakeOrders(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w, rng := calibratedWorld(t, start, 40)
	m := *w.loop.model()
	cal, festival := season.NewCalendar(shanghai), Event{Name: "festival", Uplift: 3}
	festival.From, _ = cal.Split(start.AddDate(0, 0, 5).Unix())
	festival.To = festival.From + 2
	for _, path := range []fleet.Path{{"QQ"}, {"Qzone", "WNS"}} {
		festival.Path = path
		m.Events, m.TargetLoad = []Event{festival}, 75
		w.loop.SetModel(m)
		if err := w.loop.Learn(context.Background(), start); err != nil {
			t.Fatal(err)
		}
		r := w.minute(start, noisyLoad(start, rng))
		s := w.loop.Snapshot()
		g, top := s.Growth[s.Find(r.ID)], s.Growth[s.Find("Qzone")]
		if concerned := path[0] == "Qzone"; concerned != (g.Event == "festival") || concerned != (g.DevicesToRequest > 0) {
			t.Errorf("event below %v: %+v", path, g)
		}
		if want := math.Ceil(float64(g.Devices) * float64(g.PeakAtRisk) / m.TargetLoad); float64(g.DevicesNeeded) != want || top.DevicesNeeded != g.DevicesNeeded {
			t.Errorf("%v devices needed, above %v; want %v", g.DevicesNeeded, top.DevicesNeeded, want)
		}
		if g.Risk != 0.05 || top.PooledNeeded > top.DevicesNeeded {
			t.Errorf("risk %v, pooled %v of %v", g.Risk, top.PooledNeeded, top.DevicesNeeded)
		}
	}
}

// A module gets twice the devices for the same work: the day before is no guide
// to the load of a device any more, and history is brought to the new number.
func TestAScaledFleetIsNoDropInLoad(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w, rng := newWorld(t, start), rand.New(rand.NewPCG(1, 2))
	scaled := start.AddDate(0, 0, -5).Add(5 * time.Hour) // in the middle of a day
	n := w.tree.Add(modulePath("m"))
	loads := storage.Series{Labels: rollup.Labels(n, w.tree.Levels(), rollup.LoadPercent)}
	devices := storage.Series{Labels: rollup.Labels(n, w.tree.Levels(), rollup.Devices)}
	for at := start.AddDate(0, 0, -45); at.Before(start); at = at.Add(time.Minute) {
		number := 10.0
		if !at.Before(scaled) {
			number = 20
		}
		loads.Samples = append(loads.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: noisyLoad(at, rng) * 10 / number})
		devices.Samples = append(devices.Samples, storage.Sample{Timestamp: at.UnixMilli(), Value: number})
	}
	if err := w.store.Write(context.Background(), []storage.Series{loads, devices}); err != nil {
		t.Fatal(err)
	}
	m := Classic(shanghai)
	m.Name = ModelCalibrated
	w.loop.SetModel(m)
	if err := w.loop.Learn(context.Background(), start); err != nil {
		t.Fatal(err)
	}
	for d := range 20 {
		w.rollup.Enter([]storage.Label{
			{Name: storage.MetricName, Value: "headroom_load_percent"}, {Name: "business", Value: "Qzone"}, {Name: "module", Value: "m"},
			{Name: "node", Value: fmt.Sprint(d)}, {Name: "product", Value: "WNS"}, {Name: "service", Value: "dispatch"},
		}).Add(start.UnixMilli(), noisyLoad(start, rng)/2)
	}
	w.loop.Evaluate(context.Background(), start.Unix())
	r, plain := w.row("m"), w.rowOf("m", ModelClassic)
	if usual := noisyLoad(start, rng) / 2; math.Abs(float64(r.Mean)-usual) > 1 || r.Upper > Number(usual+8) || plain.Mean < Number(1.3*usual) {
		t.Errorf("expected %v up to %v, by the classic model %v; the work makes %v", r.Mean, r.Upper, plain.Mean, usual)
	}
	s := w.loop.Snapshot()
	g := s.Growth[s.Find(r.ID)]
	if math.Abs(float64(r.PeakToday.Value)-27.5) > 2 || float64(g.PeakAtHorizon.Upper) > 40 || g.DevicesToRequest != 0 {
		t.Errorf("peak %v, in 30 days %+v: %s", r.PeakToday.Value, g.PeakAtHorizon, g.Reason)
	}
	c, err := w.loop.Curve(context.Background(), r.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range c.Times {
		if at == c.Now && (c.Expected[i] != r.Mean || c.Upper[i] != r.Upper) {
			t.Errorf("the curve has %v, the row %v", c.Expected[i], r.Mean)
		}
	}
	if e := w.explain("row:"+r.ID, ""); e.Steps[0].Name != "number of devices" || e.Steps[0].Result != "× 0.5" {
		t.Errorf("the explanation begins with %+v", e.Steps[0])
	}
	if e := w.explain("row:"+r.ID, ModelClassic); e.Steps[0].Name != "mean" || e.Steps[0].Result != num(float64(plain.Mean)) {
		t.Errorf("the classic one begins with %+v, the row has %v", e.Steps[0], plain.Mean)
	}
}

// Of the types of devices that of the deepest node counts; a type's worth is in
// the order and not in what is needed.
func TestDeviceTypes(t *testing.T) {
	m := Classic(shanghai)
	m.Order.RoundTo = 2
	m.DeviceTypes = []DeviceType{
		{Name: "C5", Worth: 1.2}, {Name: "C6", Path: fleet.Path{"Qzone", "WNS"}, Worth: 2, RoundTo: 3}, {Name: "C7", Path: fleet.Path{"Qzone"}, Worth: 4},
	}
	for path, want := range map[string]string{"QQ/x": "C5", "Qzone/y": "C7", "Qzone/WNS/z": "C6"} {
		p, _ := fleet.ParseID(path)
		if got := m.policyOf(p); got.Type != want || want == "C6" && got.RoundTo != 3 || want == "C5" && (got.RoundTo != 2 || got.Worth != 1.2) {
			t.Errorf("%s: %+v, want %s", path, got, want)
		}
	}
	_, plain, _ := learnedFrom(t, func(_ time.Time, v float64) float64 { return 3 * v }, 3, plainModel)
	_, typed, w := learnedFrom(t, func(_ time.Time, v float64) float64 { return 3 * v }, 3, func(m *Model) {
		m.DeviceTypes = []DeviceType{{Name: "C6", Worth: 2}}
	})
	if typed.DevicesNeeded != plain.DevicesNeeded || plain.DevicesToRequest < 3 || float64(typed.DevicesToRequest) != math.Ceil(float64(plain.DevicesToRequest)/2) || typed.DeviceType != "C6" {
		t.Errorf("%v needed, %v to request; of a type %v needed, %v to request", plain.DevicesNeeded, plain.DevicesToRequest, typed.DevicesNeeded, typed.DevicesToRequest)
	}
	if e := w.explain("order:"+typed.ID, ModelCalibrated); !strings.Contains(fmt.Sprint(e.Steps), "÷ worth of a device of type C6") {
		t.Errorf("explained by %+v", e.Steps)
	}
}

// The day on which a node is full is that of its growth and of the target load,
// also of one that was changed.
func TestFullOn(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w := newWorld(t, now)
	var samples []storage.Sample
	for at := now.AddDate(0, 0, -62); at.Before(now); at = at.Add(5 * time.Minute) {
		days := at.Sub(now).Hours() / 24
		samples = append(samples, storage.Sample{Timestamp: at.UnixMilli(), Value: 45 + 0.3*days + 3*math.Sin(days*2*math.Pi)})
	}
	w.history("m", samples)
	m := Classic(shanghai)
	m.Name = ModelCalibrated
	full := func(target float64) Dates {
		t.Helper()
		m.TargetLoad = target
		w.loop.SetModel(m)
		if err := w.loop.Learn(context.Background(), now); err != nil {
			t.Fatal(err)
		}
		w.minute(now, 45)
		g := w.loop.Snapshot().Growth[w.tree.Find(modulePath("m").ID()).Index]
		by := g
		by.setFull(w.loop.learned.of(w.tree.Find(g.ID).Index).growth.Full(target, fullLimit, m.Level))
		if g.FullOn != by.FullOn || g.FullOn.Value <= g.AsOf || g.FullOn.Lower > g.FullOn.Value {
			t.Errorf("target %v: full on %+v, by its growth %+v, as of %s", target, g.FullOn, by.FullOn, g.AsOf)
		}
		return g.FullOn
	}
	if near, far := full(60), full(75); near.Value >= far.Value {
		t.Errorf("60 %% on %s, 75 %% on %s", near.Value, far.Value)
	}
}

// The days that the classic band stands on are those of each minute.
func TestDaysOfTheClassicBand(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	day, _ := season.NewCalendar(shanghai).Split(now.Unix())
	h := newHistory(nil, day-28, day)
	m := Classic(shanghai)
	f := func(minute, want int) {
		t.Helper()
		var c classicDay
		if c.setBand(&m, h.grid, day); c.band(minute).Days != want {
			t.Errorf("minute %d: %d days, want %d", minute, c.band(minute).Days, want)
		}
	}
	for i := range h.grid.Values {
		h.grid.Values[i] = 40
	}
	f(600, 28)
	h.grid.Day(3)[600] = math.NaN()
	f(600, 27)
	f(601, 28)
}

// Since when a load deviates is known after a restart, and of a past minute.
func TestSinceIsKnownAfterARestart(t *testing.T) {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, shanghai)
	w, rng := calibratedWorld(t, start, 40)
	for k := range 50 {
		at := start.Add(time.Duration(k) * time.Minute)
		load := noisyLoad(at, rng)
		if k >= 40 {
			load += 12
		}
		w.minute(at, load)
	}
	for _, model := range []string{ModelCalibrated, ModelClassic} {
		live := w.rowOf("m", model)
		if !live.Deviates || !live.Since.Equal(start.Add(40*time.Minute)) {
			t.Fatalf("%s: %v since %v", model, live.Deviates, live.Since)
		}
		past, err := w.loop.At(context.Background(), live.At, model)
		if err != nil {
			t.Fatal(err)
		}
		if r := past.Rows[past.Find(live.ID)]; !r.Deviates || !r.Since.Equal(*live.Since) {
			t.Errorf("%s: the past table has it since %v, live %v", model, r.Since, live.Since)
		}
	}
	restarted := NewLoop(Options{
		Model: *w.loop.model(), Tree: w.tree, Rollup: w.rollup, Store: w.store, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	restarted.SetModel(*w.loop.model())
	if err := restarted.first(context.Background(), start.Add(49*time.Minute).Unix()); err != nil {
		t.Fatal(err)
	}
	s := restarted.Snapshot()
	if r := s.Rows[s.Find(moduleM)]; !r.Deviates || !r.Since.Equal(start.Add(40*time.Minute)) {
		t.Errorf("after a restart since %v", r.Since)
	}
	if now, stored := w.row("m").Waiting, s.Rows[s.Find(moduleM)].Waiting; now != 0 || stored != rollup.NotKept {
		t.Errorf("%d processes wait now, of the stored minute %d", now, stored)
	}
}
