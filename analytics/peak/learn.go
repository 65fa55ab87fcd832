package peak

import (
	"math"

	"headroom/analytics/season"
)

// Learn computes what the rows of g before a day say about that day. The day
// itself and later ones are not looked at.
func Learn(g *season.Grid, day int) *Day {
	_, end := g.Rows(g.First, day)
	past := &past{g: g, peaks: make([]float64, end), hours: make([][]float64, end)}
	for i := range past.peaks {
		past.peaks[i] = season.Peak(g.Day(i), FullShare)
	}
	out := &Day{}
	out.Base, out.Days, out.Hour = past.base(end, nil)
	out.Spread, out.Errors = past.spread(end)
	out.Slot = past.highest(end)
	return out
}

// past holds the days that are over, by row of g.
type past struct {
	g     *season.Grid
	peaks []float64   // NaN: the day is not full
	hours [][]float64 // means of the trailing hours of a row, made when first needed
}

// base returns the mean peak of the full days before a row, their number, and
// for every slot the mean of the hour before it over those days. The hours are
// written to dst if it is large enough.
func (p *past) base(row int, dst []float64) (mean float64, days int, hours []float64) {
	slots := p.g.Slots + 1
	if cap(dst) < slots {
		dst = make([]float64, slots)
	}
	hours = dst[:slots]
	clear(hours)
	sum, count := 0.0, make([]float64, slots)
	for i := max(0, row-BaseDays); i < row; i++ {
		if p.peaks[i] != p.peaks[i] {
			continue
		}
		sum += p.peaks[i]
		days++
		addMeasured(hours, count, p.trailing(i))
	}
	for k := range hours {
		hours[k] /= count[k]
	}
	if days < MinBaseDays {
		return math.NaN(), days, hours
	}
	return sum / float64(days), days, hours
}

func addMeasured(sum, count, values []float64) {
	sum, count = sum[:len(values)], count[:len(values)]
	for k, v := range values {
		if v == v {
			sum[k] += v
			count[k]++
		}
	}
}

// trailing returns for every slot of a row the mean of the hour before it.
func (p *past) trailing(row int) []float64 {
	if p.hours[row] != nil {
		return p.hours[row]
	}
	day := p.g.Day(row)
	out := make([]float64, len(day)+1)
	for k := range out {
		out[k], _ = season.Mean(day[max(0, k-hourOf(len(day))):k])
	}
	p.hours[row] = out
	return out
}

// spread returns for every slot the standard deviation of the relative errors
// of the forecasts as of that slot, over the last days before a row that had
// both a forecast and a peak.
func (p *past) spread(row int) (s []float64, days int) {
	errs := season.NewMoments(p.g.Slots + 1)
	var hours, err []float64
	for i := row - 1; i >= 0 && days < ErrorDays; i-- {
		if p.peaks[i] != p.peaks[i] {
			continue
		}
		var base float64
		if base, _, hours = p.base(i, hours); base != base {
			continue
		}
		err = p.errors(err[:0], i, base, hours)
		errs.Add(err)
		days++
	}
	s = make([]float64, p.g.Slots+1)
	for k := range s {
		var n int
		if n, _, s[k] = errs.Slot(k); n < MinErrorDays {
			s[k] = math.NaN()
		}
	}
	return s, days
}

// errors appends actual ÷ forecast − 1 of a row for every slot; NaN where the
// forecast was 0.
func (p *past) errors(dst []float64, row int, base float64, hours []float64) []float64 {
	seen := math.NaN()
	last, day := p.trailing(row), p.g.Day(row)
	for k, hour := range hours {
		if k > 0 && (day[k-1] > seen || seen != seen) {
			seen = day[k-1]
		}
		e := p.peaks[row]/forecast(base, hour, last[k], seen) - 1
		if math.IsInf(e, 0) {
			e = math.NaN()
		}
		dst = append(dst, e)
	}
	return dst
}

// highest returns for every slot where the mean of the full days before a row
// is highest from that slot on; of equals the first.
func (p *past) highest(row int) []int {
	mean := season.NewMoments(p.g.Slots)
	for i := max(0, row-BaseDays); i < row; i++ {
		if p.peaks[i] == p.peaks[i] {
			mean.Add(p.g.Day(i))
		}
	}
	at := make([]int, p.g.Slots+1)
	at[p.g.Slots] = -1
	top := math.Inf(-1)
	for k := p.g.Slots - 1; k >= 0; k-- {
		at[k] = at[k+1]
		if _, v, _ := mean.Slot(k); v >= top {
			at[k], top = k, v
		}
	}
	return at
}
