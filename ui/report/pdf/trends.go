package pdf

import (
	"math"

	"headroom/analytics"
	"headroom/ui/report"
)

const (
	trendColumns = 2
	trendGap     = 22.0
	trendHeight  = 110.0 // with its name and days
	plotHeight   = 74.0
	axisWidth    = 22.0
	keyHeight    = 18.0
)

// trends sets small charts side by side, with one key for all.
func (s *sheet) trends(t *report.Trends) {
	s.key(t)
	width := (s.width() - trendGap*(trendColumns-1)) / trendColumns
	for i := 0; i < len(t.Charts); i += trendColumns {
		if s.need(trendHeight) {
			s.key(t)
		}
		for k := range t.Charts[i:min(i+trendColumns, len(t.Charts))] {
			s.trend(&t.Charts[i+k], side+float64(k)*(width+trendGap), width)
		}
		s.y += trendHeight
	}
}

// key says what the lines stand for.
func (s *sheet) key(t *report.Trends) {
	x, y := side, s.y+8
	for i, name := range []string{t.Peaks, t.Line, t.Forecast, t.Target} {
		switch i {
		case 0:
			s.line(x, y-2.5, x+18, y-2.5, ink, 0.8)
		case 1:
			s.dashed(x, y-2.5, x+18, y-2.5, soft, 0.8, 2, 2)
		case 2:
			s.block(x, y-6, 18, 7, band)
			s.line(x, y-2.5, x+18, y-2.5, accent, 1.1)
		case 3:
			s.dashed(x, y-2.5, x+18, y-2.5, warm, 0.8, 5, 2)
		}
		s.put(x+22, y, name, small)
		x += 22 + s.face.width(name, small.size) + 14
	}
	s.y += keyHeight
}

// plot maps days and loads to the page.
type plot struct {
	x, y, width, height float64
	days                int
	bottom, top         float64
}

func (p *plot) at(day int, v float64) (x, y float64) {
	return p.x + float64(day)/float64(max(1, p.days-1))*p.width, p.y + (p.top-v)/(p.top-p.bottom)*p.height
}

// trend sets one chart: the module and its order, the plot with the highest and the
// lowest load at its axis, and the first and the last day.
func (s *sheet) trend(t *report.Trend, x, width float64) {
	order := s.face.width(t.Order, strong.size)
	s.put(x, s.y+plain.size, s.one(t.Name, plain, width-order-8), plain)
	s.right(x+width, s.y+plain.size, t.Order, strong.in(accent))
	p := &plot{x: x + axisWidth, y: s.y + 15, width: width - axisWidth, height: plotHeight, days: t.Days()}
	p.bottom, p.top = t.Range()
	s.line(p.x, p.y, p.x, p.y+p.height, rule, 0.7)
	s.line(p.x, p.y+p.height, p.x+p.width, p.y+p.height, rule, 0.7)
	s.right(p.x-3, p.y+5, report.Decimal(analytics.Number(p.top), 0), small)
	s.right(p.x-3, p.y+p.height, report.Decimal(analytics.Number(p.bottom), 0), small)
	first := t.Days() - len(t.Forecast)
	s.area(p, t.Upper, t.Lower, first)
	if !math.IsNaN(t.Target) {
		_, y := p.at(0, t.Target)
		s.dashed(p.x, y, p.x+p.width, y, warm, 0.8, 5, 2)
	}
	s.pdf.SetDashPattern([]float64{2, 2}, 0)
	s.trace(p, t.Line, 0, soft, 0.7)
	s.pdf.SetDashPattern(nil, 0)
	s.trace(p, t.Peaks, 0, ink, 0.8)
	s.trace(p, t.Forecast, first, accent, 1.1)
	s.put(p.x, p.y+p.height+9, t.First, small)
	s.right(p.x+p.width, p.y+p.height+9, t.Last, small)
}

// trace draws a line through the values that are known, of which the first is that of
// a day; it breaks at the others.
func (s *sheet) trace(p *plot, values []float64, first int, c colour, width float64) {
	s.stroke(c, width)
	open := false
	for i, v := range values {
		if math.IsNaN(v) {
			open = s.end(open)
			continue
		}
		x, y := p.at(first+i, v)
		if open {
			s.pdf.LineTo(x, y)
		} else {
			s.pdf.MoveTo(x, y)
			s.pdf.LineTo(x+0.1, y) // a day between unknown ones is a dot
		}
		open = true
	}
	s.end(open)
}

func (s *sheet) end(open bool) bool {
	if open {
		s.pdf.DrawPath("D")
	}
	return false
}

// area fills what is between two rows of values, if all of them are known.
func (s *sheet) area(p *plot, upper, lower []float64, first int) {
	if len(upper) < 2 || len(upper) != len(lower) {
		return
	}
	for i := range upper {
		if math.IsNaN(upper[i] + lower[i]) {
			return
		}
	}
	s.fill(band)
	s.pdf.MoveTo(p.at(first, upper[0]))
	for i := range upper[1:] {
		s.pdf.LineTo(p.at(first+1+i, upper[1+i]))
	}
	for i := len(lower) - 1; i >= 0; i-- {
		s.pdf.LineTo(p.at(first+i, lower[i]))
	}
	s.pdf.ClosePath()
	s.pdf.DrawPath("F")
}
