package report

import (
	"html/template"
	"math"
	"strconv"
	"strings"

	"headroom/analytics"
)

// The sparkline's size, in units of its viewBox.
const (
	sparkWidth  = 180
	sparkHeight = 40
)

// scale maps days and loads to the picture. It starts below the lowest value,
// not at zero: at this height only the shape can be seen.
type scale struct {
	days        int
	bottom, top float64
}

func scaleOf(days int, lines ...[]analytics.Number) scale {
	s := scale{days, math.Inf(1), math.Inf(-1)}
	for _, values := range lines {
		for _, v := range values {
			if v.Known() {
				s.bottom, s.top = math.Min(s.bottom, float64(v)), math.Max(s.top, float64(v))
			}
		}
	}
	if !(s.top > s.bottom) {
		s.bottom, s.top = s.top-1, s.top+1
	}
	return s
}

func (s scale) x(day int) float64 {
	return 2 + float64(day)/float64(max(1, s.days-1))*(sparkWidth-4)
}

func (s scale) y(v float64) float64 {
	return sparkHeight - 2 - (v-s.bottom)/(s.top-s.bottom)*(sparkHeight-4)
}

// spark draws a module's daily peaks, the line through them up to the horizon,
// and the target load.
func spark(l Line) template.HTML {
	e := l.Evidence
	if e == nil {
		return ""
	}
	s := scaleOf(len(e.Days), e.Peaks, e.Line, []analytics.Number{l.TargetLoad})
	var b strings.Builder
	b.WriteString(`<svg class="spark" viewBox="0 0 180 40" role="img" aria-label="daily peaks, the line through them, and the target load">`)
	if l.TargetLoad.Known() {
		y := point(s.y(float64(l.TargetLoad)))
		b.WriteString(`<path class="target" d="M2 ` + y + `H178"/>`)
	}
	b.WriteString(`<path class="peaks" d="` + trace(s, e.Peaks) + `"/>`)
	b.WriteString(`<path class="line" d="` + trace(s, e.Line) + `"/></svg>`)
	return template.HTML(b.String()) // made of numbers only
}

// trace is the path through the values that are known; it breaks at the others.
func trace(s scale, values []analytics.Number) string {
	var b strings.Builder
	pen := "M"
	for i, v := range values {
		if !v.Known() {
			pen = "M"
			continue
		}
		b.WriteString(pen + point(s.x(i)) + " " + point(s.y(float64(v))))
		pen = "L"
	}
	return b.String()
}

func point(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }
