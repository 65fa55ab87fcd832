package report

import (
	"html/template"
	"math"
	"strconv"
	"strings"

	"headroom/analytics"
)

// The chart's size, in units of its viewBox.
const (
	chartWidth  = 300
	chartHeight = 90
)

// scale maps days and loads to the picture. It starts below the lowest value,
// not at zero: at this height only the shape can be seen.
type scale struct {
	days        int
	bottom, top float64
}

// Range is the lowest and the highest load of a chart's axis, a little beyond its values.
func (t *Trend) Range() (bottom, top float64) {
	bottom, top = math.Inf(1), math.Inf(-1)
	for _, values := range [][]float64{t.Peaks, t.Line, t.Forecast, t.Lower, t.Upper, {t.Target}} {
		for _, v := range values {
			if !math.IsNaN(v) {
				bottom, top = math.Min(bottom, v), math.Max(top, v)
			}
		}
	}
	if !(top > bottom) {
		if math.IsInf(bottom, 1) {
			bottom, top = 0, 0
		}
		return bottom - 1, top + 1
	}
	beyond := 0.06 * (top - bottom)
	return bottom - beyond, top + beyond
}

// Days is how many days a chart shows.
func (t *Trend) Days() int { return max(len(t.Peaks), len(t.Line)) }

func (s scale) x(day int) float64 {
	return 2 + float64(day)/float64(max(1, s.days-1))*(chartWidth-4)
}

func (s scale) y(v float64) float64 {
	return chartHeight - 2 - (v-s.bottom)/(s.top-s.bottom)*(chartHeight-4)
}

// chart draws a module's daily peaks, the line through them, the forecast with its
// interval, and the target load.
func chart(t Trend) template.HTML {
	s := scale{days: t.Days()}
	s.bottom, s.top = t.Range()
	first := s.days - len(t.Forecast)
	var b strings.Builder
	b.WriteString(`<svg class="trend" viewBox="0 0 300 90" aria-hidden="true">`)
	if len(t.Lower) > 0 && len(t.Lower) == len(t.Upper) {
		b.WriteString(`<path class="band" d="` + trace(s, t.Upper, first) + back(s, t.Lower, first) + `"/>`)
	}
	if !math.IsNaN(t.Target) {
		b.WriteString(`<path class="target" d="M2 ` + point(s.y(t.Target)) + `H298"/>`)
	}
	b.WriteString(`<path class="line" d="` + trace(s, t.Line, 0) + `"/>`)
	b.WriteString(`<path class="peaks" d="` + trace(s, t.Peaks, 0) + `"/>`)
	b.WriteString(`<path class="ahead" d="` + trace(s, t.Forecast, first) + `"/>`)
	b.WriteString(`<text x="4" y="10">` + whole(s.top) + `</text><text x="4" y="86">` + whole(s.bottom) + `</text></svg>`)
	return template.HTML(b.String()) // made of numbers only
}

// trace is the path through the values that are known, of which the first is that
// of a day; it breaks at the others.
func trace(s scale, values []float64, first int) string {
	var b strings.Builder
	pen := "M"
	for i, v := range values {
		if math.IsNaN(v) {
			pen = "M"
			continue
		}
		b.WriteString(pen + point(s.x(first+i)) + " " + point(s.y(v)))
		pen = "L"
	}
	return b.String()
}

// back closes an area along its lower values.
func back(s scale, values []float64, first int) string {
	var b strings.Builder
	for i := len(values) - 1; i >= 0; i-- {
		if !math.IsNaN(values[i]) {
			b.WriteString("L" + point(s.x(first+i)) + " " + point(s.y(values[i])))
		}
	}
	return b.String() + "Z"
}

func whole(v float64) string { return Decimal(analytics.Number(v), 0) }

func point(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }
