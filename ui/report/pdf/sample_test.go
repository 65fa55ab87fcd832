package pdf

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/analytics/season"
	"headroom/scaler/request"
	"headroom/storage/fleet"
	"headroom/ui/report"
)

var made = time.Date(2026, 11, 28, 3, 30, 0, 0, time.FixedZone("", 8*3600))

// sample is a report of so many modules with all that a report can have: every
// tenth asks for devices, and some names are Chinese.
func sample(modules int) *report.Report {
	rnd := rand.New(rand.NewPCG(7, uint64(modules)))
	r := &report.Report{
		Format: report.Format, Month: "2026-11", Draft: true, MadeAt: made, SnapshotAt: made.Add(-time.Minute), Model: analytics.ModelCalibrated,
		Levels: []string{"business", "module"}, HorizonDays: 30, Arrives: "2026-12-27", Currency: "CNY", SiteLabel: "site",
		Total: total("Total"), Method: []string{"A module's load is the mean over its devices, in percent of a device.", "The line is an ordinary least squares fit."},
	}
	tops, sites, types := []report.Total{}, []report.Total{}, []report.Total{}
	for i := range modules {
		l := line(rnd, i, i < (modules+9)/10)
		add(&r.Total, &l)
		tops, types = count(tops, l.Path[0], &l), count(types, l.Type, &l)
		sites = count(sites, l.Sites[0].Site, &l)
		r.Lines = append(r.Lines, l)
	}
	r.ByTop, r.BySite, r.ByType = tops, sites, types
	if modules > 0 {
		lookBack(r)
	}
	return r
}

var businesses = []string{"Qzone", "微信支付", "QQ音乐", "Album", "广告平台", "Games", "云存储", "Search"}

func line(rnd *rand.Rand, i int, asks bool) report.Line {
	path := fleet.Path{businesses[i%len(businesses)], fmt.Sprintf("dispatch-%d SET_W%02d", i/7, i%50)}
	if i%3 == 1 {
		path[1] = fmt.Sprintf("逻辑层接入服务 集合%d", i)
	}
	devices := float64(3 + rnd.IntN(400))
	peak, slope := 30+25*rnd.Float64(), 0.02+0.1*rnd.Float64()
	l := report.Line{Growth: analytics.Growth{
		ID: path.ID(), Path: path, AsOf: "2026-11-27", Days: 60, SlopePerDay: analytics.Number(slope), PercentPerDay: analytics.Number(100 * slope / peak), R2: 0.9,
		HorizonDays: 30, TargetLoad: 60, Devices: analytics.Number(devices), DevicesNeeded: analytics.Number(math.Round(devices * 0.8)),
		Risk: 0.05, PeakAtRisk: analytics.Number(peak + 8), State: analytics.OK,
	}, Type: []string{"C1 2×48 core", "M10", ""}[i%3], Cost: analytics.Unknown(), Sites: []report.Share{{Site: []string{"深圳", "Shanghai", "tj-3"}[i%3]}}}
	if asks {
		peak = 58 + 5*rnd.Float64()
		l.DevicesToRequest = analytics.Number(1 + rnd.IntN(90))
		l.DevicesNeeded = l.Devices + l.DevicesToRequest
		l.FullOn = analytics.Dates{Value: "2026-12-09", Lower: "2026-12-02", Upper: "2026-12-30"}
		l.AtRisk = i%2 == 0
		l.Evidence = evidence(rnd, peak, slope)
	}
	if l.Type != "" {
		l.Cost = l.DevicesToRequest * 41500
	}
	l.PeakNow = analytics.Number(peak)
	l.PeakAtHorizon = analytics.Interval{Value: l.PeakNow + 3, Lower: l.PeakNow - 1, Upper: l.PeakNow + 7}
	return l
}

func evidence(rnd *rand.Rand, peak, slope float64) *report.Evidence {
	e := &report.Evidence{}
	last, _ := season.ParseDate("2026-11-27")
	for d := -59; d <= 30; d++ {
		line := peak + slope*float64(d)
		e.Days, e.Line = append(e.Days, season.Date(last+d)), append(e.Line, analytics.Number(line))
		if d <= 0 {
			e.Peaks = append(e.Peaks, analytics.Number(line+3*rnd.NormFloat64()+2*math.Sin(float64(d))))
			continue
		}
		e.Peaks = append(e.Peaks, analytics.Unknown())
		half := 2 + 0.15*float64(d)
		v := line + 2*math.Sin(float64(d))
		e.Forecast, e.Lower, e.Upper = append(e.Forecast, analytics.Number(v)), append(e.Lower, analytics.Number(v-half)), append(e.Upper, analytics.Number(v+half))
	}
	e.Peaks[11] = analytics.Unknown()
	return e
}

func total(name string) report.Total { return report.Total{Name: name, Cost: analytics.Unknown()} }

func add(t *report.Total, l *report.Line) {
	t.Modules++
	t.Devices += l.Devices
	t.DevicesNeeded += l.DevicesNeeded
	t.DevicesToRequest += l.DevicesToRequest
	if l.AtRisk {
		t.AtRisk++
	}
	switch {
	case !l.Cost.Known():
		t.Unpriced += l.DevicesToRequest
	case !t.Cost.Known():
		t.Cost = l.Cost
	default:
		t.Cost += l.Cost
	}
}

func count(all []report.Total, name string, l *report.Line) []report.Total {
	for i := range all {
		if all[i].Name == name {
			add(&all[i], l)
			return all
		}
	}
	all = append(all, total(name))
	add(&all[len(all)-1], l)
	return all
}

// lookBack adds what is said of the months before, of requests and of modules left out.
func lookBack(r *report.Report) {
	var orders []ledger.Ordered
	work := map[string]float64{}
	for i := range r.Lines[:min(len(r.Lines), 40)] {
		l := &r.Lines[i]
		orders = append(orders, ledger.Ordered{ID: l.ID, AsOf: 20660, Horizon: 30, Forecast: l.Devices + analytics.Number(i%9), Devices: l.Devices, Request: analytics.Number(i % 9)})
		work[l.ID] = (float64(l.Devices) + float64(i%7) - 0.5) * 60
	}
	old, open := report.RecordedPast("2026-08", orders, 60), report.RecordedPast("2026-10", orders, 60)
	old.Judge(work)
	open.Judge(nil)
	r.Compare(open, nil)
	r.Judge([]report.PastOrder{*open, *old})
	r.Accuracy = &report.Accuracy{From: "2026-10-01", To: "2026-10-31", Level: 0.95, Band: 0.997, Scores: []report.Score{
		{Summary: ledger.Summary{Task: ledger.Growth, Horizon: "7d", Made: 7200, Scored: 7100, Bias: 0.012, Coverage: 0.941}, Median: 0.031, NaiveMedian: 0.052},
		{Summary: ledger.Summary{Task: ledger.Growth, Horizon: "max30d", Made: 7200, Scored: 4100, Bias: -0.02, Coverage: 0.93, Replayed: true}, Median: 0.044, NaiveMedian: analytics.Unknown()},
	}}
	r.Left = []report.LeftOut{{ID: "QQ音乐/新模块", State: analytics.Learning, Devices: 3, Reason: "9 of 14 daily peaks"}}
	r.Requests = []report.RequestLine{
		{ID: "R12", Kind: request.KindMachines, State: request.Done, Path: r.Lines[0].ID, Title: "2 machines for " + r.Lines[0].ID, Who: "ann", Devices: 2, Opened: made, Approved: made, Closed: made},
		{ID: "R11", Kind: request.KindAccess, State: request.Open, Path: "Qzone", Title: "role operator on Qzone", Who: "王小明", Opened: made},
	}
}
