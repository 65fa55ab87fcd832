package picture

import (
	"fmt"
	"math"
	"time"

	"headroom/analytics"
)

// Size is how large a picture is, in pixels.
type Size struct{ Width, Height int }

// Small is the size of a picture in a notification.
var Small = Size{600, 220}

// Limits of a size.
var (
	Least = Size{200, 100}
	Most  = Size{2000, 1200}
)

// Fits tells whether a picture may have this size.
func (s Size) Fits() bool {
	return Least.Width <= s.Width && s.Width <= Most.Width && Least.Height <= s.Height && s.Height <= Most.Height
}

type point struct{ x, y float64 }

// shape is one thing to draw: a filled area, a line through points, or a text.
type shape struct {
	points []point
	fill   bool // the area that the points surround
	dashed bool
	width  float64
	color  uint32 // 0xRRGGBB
	text   string // at points[0], if not empty
	align  align
}

type align int

const (
	left align = iota
	middle
	right
)

const (
	ink   = 0x33383f
	faint = 0xd9dde2
	area  = 0xc7dcf5
	load  = 0x1a56a8
	limit = 0xc0392b
)

// frame maps times and loads to pixels.
type frame struct {
	from, to                 int64 // Unix seconds
	top                      float64
	left, right, above, foot float64 // edges of the plot
}

func (f frame) x(t int64) float64 {
	return f.left + (f.right-f.left)*float64(t-f.from)/float64(f.to-f.from)
}
func (f frame) y(v float64) float64 {
	return f.foot - (f.foot-f.above)*min(max(v, 0), f.top)/f.top
}

// lay sets out a curve: its band, its load, the target load as a dashed line (NaN:
// none), and now. Hours are those of the zone. A curve without times is a sentence.
func lay(c *analytics.Curve, target float64, zone *time.Location, size Size) []shape {
	w, h := float64(size.Width), float64(size.Height)
	if len(c.Times) < 2 {
		return []shape{{points: []point{{w / 2, h / 2}}, text: "no data of this day", color: ink, align: middle}}
	}
	f := frame{
		from: c.Times[0], to: c.Times[len(c.Times)-1], top: niceTop(largest(c)),
		left: 40, right: w - 10, above: 10, foot: h - 22,
	}
	shapes := grid(f, zone)
	shapes = append(shapes, band(f, c)...)
	if target <= f.top {
		shapes = append(shapes, shape{points: []point{{f.left, f.y(target)}, {f.right, f.y(target)}}, dashed: true, width: 1, color: limit})
	}
	if f.from < c.Now && c.Now < f.to {
		shapes = append(shapes, shape{points: []point{{f.x(c.Now), f.above}, {f.x(c.Now), f.foot}}, dashed: true, width: 1, color: ink})
	}
	return append(shapes, line(f, c)...)
}

// largest is the highest load or bound that is known.
func largest(c *analytics.Curve) (top float64) {
	for _, list := range [][]analytics.Number{c.Load, c.Upper} {
		for _, n := range list {
			if v := float64(n); n.Known() && !math.IsInf(v, 0) {
				top = max(top, v)
			}
		}
	}
	return top
}

// niceTop is the end of an axis that holds v: four steps of 1, 2, 2.5 or 5 times a
// power of ten.
func niceTop(v float64) float64 {
	if v <= 0 {
		return 4
	}
	unit := math.Pow(10, math.Floor(math.Log10(v/4)))
	for _, step := range []float64{1, 2, 2.5, 5, 10} {
		if 4*step*unit >= v {
			return 4 * step * unit
		}
	}
	return 40 * unit
}

func grid(f frame, zone *time.Location) (shapes []shape) {
	for i := range 5 {
		v := f.top * float64(i) / 4
		shapes = append(shapes,
			shape{points: []point{{f.left, f.y(v)}, {f.right, f.y(v)}}, width: 1, color: faint},
			shape{points: []point{{f.left - 6, f.y(v) + 4}}, text: fmt.Sprintf("%.4g%%", v), color: ink, align: right})
	}
	const every = 6
	first := time.Unix(f.from, 0).In(zone)
	at := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, zone)
	for ; at.Unix() <= f.to; at = at.Add(time.Hour) {
		if at.Unix() >= f.from && at.Hour()%every == 0 {
			shapes = append(shapes, shape{points: []point{{f.x(at.Unix()), f.foot + 16}}, text: at.Format("15:04"), color: ink, align: middle})
		}
	}
	return shapes
}

// band is an area for each run of known bounds.
func band(f frame, c *analytics.Curve) (shapes []shape) {
	var up, down []point
	flush := func() {
		if len(up) > 1 {
			for i := len(down) - 1; i >= 0; i-- {
				up = append(up, down[i])
			}
			shapes = append(shapes, shape{points: up, fill: true, color: area})
		}
		up, down = nil, nil
	}
	for i, t := range c.Times {
		if !c.Lower[i].Known() || !c.Upper[i].Known() {
			flush()
			continue
		}
		up = append(up, point{f.x(t), f.y(float64(c.Upper[i]))})
		down = append(down, point{f.x(t), f.y(float64(c.Lower[i]))})
	}
	flush()
	return shapes
}

// line is a line for each run of known loads.
func line(f frame, c *analytics.Curve) (shapes []shape) {
	var run []point
	flush := func() {
		if len(run) > 1 {
			shapes = append(shapes, shape{points: run, width: 1.8, color: load})
		}
		run = nil
	}
	for i, t := range c.Times {
		if !c.Load[i].Known() {
			flush()
			continue
		}
		run = append(run, point{f.x(t), f.y(float64(c.Load[i]))})
	}
	flush()
	return shapes
}
