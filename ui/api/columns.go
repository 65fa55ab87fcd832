package api

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"headroom/analytics"
	"headroom/storage/fleet"
)

// column tells by what a table can be sorted: a number, a path, or else a text. What
// is unknown (NaN, empty) comes last in both directions.
type column[T any] struct {
	number func(*T) float64
	path   func(*T) fleet.Path
	text   func(*T) string
}

func number[T any](f func(*T) analytics.Number) column[T] {
	return column[T]{number: func(line *T) float64 { return float64(f(line)) }}
}

func text[T any](f func(*T) string) column[T] { return column[T]{text: f} }

func moment[T any](f func(*T) *time.Time) column[T] {
	return column[T]{number: func(line *T) float64 {
		if t := f(line); t != nil {
			return float64(t.Unix())
		}
		return math.NaN()
	}}
}

var rowColumns = map[string]column[analytics.Row]{
	"id":                  text(func(r *analytics.Row) string { return r.ID }),
	"path":                {path: func(r *analytics.Row) fleet.Path { return r.Path }},
	"level":               text(func(r *analytics.Row) string { return r.Level }),
	"devices":             number(func(r *analytics.Row) analytics.Number { return r.Devices }),
	"devices_silent":      number(func(r *analytics.Row) analytics.Number { return r.DevicesSilent }),
	"processes":           number(func(r *analytics.Row) analytics.Number { return r.Processes }),
	"busy_seconds":        number(func(r *analytics.Row) analytics.Number { return r.BusySeconds }),
	"requests":            number(func(r *analytics.Row) analytics.Number { return r.Requests }),
	"at":                  moment(func(r *analytics.Row) *time.Time { return &r.At }),
	"load":                number(func(r *analytics.Row) analytics.Number { return r.Load }),
	"load_max":            number(func(r *analytics.Row) analytics.Number { return r.LoadMax }),
	"mean":                number(func(r *analytics.Row) analytics.Number { return r.Mean }),
	"lower":               number(func(r *analytics.Row) analytics.Number { return r.Lower }),
	"upper":               number(func(r *analytics.Row) analytics.Number { return r.Upper }),
	"days":                number(func(r *analytics.Row) analytics.Number { return analytics.Number(r.Days) }),
	"deviates":            number(deviation),
	"alarm":               number(func(r *analytics.Row) analytics.Number { return truth(r.Alarm) }),
	"direction":           text(func(r *analytics.Row) string { return r.Direction }),
	"score":               number(func(r *analytics.Row) analytics.Number { return r.Score }),
	"since":               moment(func(r *analytics.Row) *time.Time { return r.Since }),
	"peak_today":          number(func(r *analytics.Row) analytics.Number { return r.PeakToday.Value }),
	"peak_today.lower":    number(func(r *analytics.Row) analytics.Number { return r.PeakToday.Lower }),
	"peak_today.upper":    number(func(r *analytics.Row) analytics.Number { return r.PeakToday.Upper }),
	"peak_today.at":       moment(func(r *analytics.Row) *time.Time { return r.PeakToday.At }),
	"peak_today.seen":     number(func(r *analytics.Row) analytics.Number { return r.PeakToday.Seen }),
	"peak_today.model":    text(func(r *analytics.Row) string { return r.PeakToday.Model }),
	"headroom":            number(func(r *analytics.Row) analytics.Number { return r.Headroom }),
	"headroom_after_loss": number(func(r *analytics.Row) analytics.Number { return r.HeadroomAfterLoss }),
	"largest_domain": {number: func(r *analytics.Row) float64 {
		if r.LargestDomain == nil {
			return math.NaN()
		}
		return float64(r.LargestDomain.Devices)
	}},
	"state":       text(func(r *analytics.Row) string { return string(r.State) }),
	"reason":      text(func(r *analytics.Row) string { return r.Reason }),
	"age_seconds": number(func(r *analytics.Row) analytics.Number { return r.Age }),
	"note":        text(func(r *analytics.Row) string { return r.Note }),
	"owner":       text(func(r *analytics.Row) string { return r.Owner }),
}

var growthColumns = map[string]column[analytics.Growth]{
	"id":                 text(func(g *analytics.Growth) string { return g.ID }),
	"path":               {path: func(g *analytics.Growth) fleet.Path { return g.Path }},
	"level":              text(func(g *analytics.Growth) string { return g.Level }),
	"as_of":              text(func(g *analytics.Growth) string { return g.AsOf }),
	"days":               number(func(g *analytics.Growth) analytics.Number { return analytics.Number(g.Days) }),
	"slope_per_day":      number(func(g *analytics.Growth) analytics.Number { return g.SlopePerDay }),
	"percent_per_day":    number(func(g *analytics.Growth) analytics.Number { return g.PercentPerDay }),
	"trend_per_day":      number(func(g *analytics.Growth) analytics.Number { return g.TrendPerDay }),
	"slope_doubted":      number(func(g *analytics.Growth) analytics.Number { return truth(g.SlopeDoubted) }),
	"r2":                 number(func(g *analytics.Growth) analytics.Number { return g.R2 }),
	"peak_now":           number(func(g *analytics.Growth) analytics.Number { return g.PeakNow }),
	"horizon_days":       number(func(g *analytics.Growth) analytics.Number { return analytics.Number(g.HorizonDays) }),
	"peak_at_horizon":    number(func(g *analytics.Growth) analytics.Number { return g.PeakAtHorizon.Value }),
	"peak_max":           number(func(g *analytics.Growth) analytics.Number { return g.PeakMax.Value }),
	"target_load":        number(func(g *analytics.Growth) analytics.Number { return g.TargetLoad }),
	"full_on":            text(func(g *analytics.Growth) string { return g.FullOn.Value }),
	"devices":            number(func(g *analytics.Growth) analytics.Number { return g.Devices }),
	"devices_needed":     number(func(g *analytics.Growth) analytics.Number { return g.DevicesNeeded }),
	"devices_to_request": number(func(g *analytics.Growth) analytics.Number { return g.DevicesToRequest }),
	"device_type":        text(func(g *analytics.Growth) string { return g.DeviceType }),
	"state":              text(func(g *analytics.Growth) string { return string(g.State) }),
	"reason":             text(func(g *analytics.Growth) string { return g.Reason }),
	"risk":               number(func(g *analytics.Growth) analytics.Number { return g.Risk }),
	"peak_at_risk":       number(func(g *analytics.Growth) analytics.Number { return g.PeakAtRisk }),
	"event":              text(func(g *analytics.Growth) string { return g.Event }),
	"spares":             number(func(g *analytics.Growth) analytics.Number { return g.Spares }),
	"pooled_needed":      number(func(g *analytics.Growth) analytics.Number { return g.PooledNeeded }),
}

// deviation puts rows that deviate before all others, each by its score.
func deviation(r *analytics.Row) analytics.Number { return r.Score + 1e6*truth(r.Deviates) }

func truth(b bool) analytics.Number {
	if b {
		return 1
	}
	return 0
}

// order reads "sort": the name of a column, with a "-" in front for the highest
// first.
func order[T any](p *params, columns map[string]column[T]) (by column[T], descending bool) {
	name := p.text("sort")
	bare := strings.TrimPrefix(name, "-")
	if bare == "" {
		bare = "path"
	}
	by, ok := columns[bare]
	if !ok {
		p.fault("sort", errorf("want one of %s, with - in front for the highest first",
			strings.Join(slices.Sorted(maps.Keys(columns)), ", ")))
	}
	return by, strings.HasPrefix(name, "-")
}

// key is what a line is sorted by.
type key struct {
	index   int // of the line
	number  float64
	path    fleet.Path
	text    string
	unknown bool
}

// sortBy orders the lines at the given indices; ties keep their order.
func sortBy[T any](index []int, line func(int) *T, by column[T], descending bool) {
	keys := make([]key, len(index))
	for i, n := range index {
		keys[i] = key{index: n}
		switch {
		case by.number != nil:
			keys[i].number = by.number(line(n))
			keys[i].unknown = math.IsNaN(keys[i].number)
		case by.path != nil:
			keys[i].path = by.path(line(n))
		default:
			keys[i].text = by.text(line(n))
			keys[i].unknown = keys[i].text == ""
		}
	}
	slices.SortStableFunc(keys, func(a, b key) int {
		if a.unknown || b.unknown {
			return int(truth(a.unknown) - truth(b.unknown))
		}
		c := cmp.Or(cmp.Compare(a.number, b.number), comparePaths(a.path, b.path), strings.Compare(a.text, b.text))
		if descending {
			return -c
		}
		return c
	})
	for i := range keys {
		index[i] = keys[i].index
	}
}
