package picture

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"sync"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"headroom/analytics"
)

// PNG writes a curve as PNG: the band as an area, the load as a line, the target
// load as a dashed line (NaN: none). Hours are those of the zone.
func PNG(w io.Writer, c *analytics.Curve, target float64, zone *time.Location, size Size) error {
	img := image.NewRGBA(image.Rect(0, 0, size.Width, size.Height))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for _, s := range lay(c, target, zone, size) {
		s.paint(img)
	}
	return png.Encode(w, img)
}

func (s shape) paint(img *image.RGBA) {
	source := image.NewUniform(color.RGBA{uint8(s.color >> 16), uint8(s.color >> 8), uint8(s.color), 255})
	switch {
	case s.text != "":
		write(img, source, s)
	case s.fill:
		fill(img, source, s.points)
	default:
		for _, piece := range pieces(s) {
			stroke(img, source, piece[0], piece[1], s.width)
		}
	}
}

// fill paints an area. The rasterizer is as large as the area, since it looks at
// each of its pixels.
func fill(img *image.RGBA, source image.Image, points []point) {
	box := bounds(points).Intersect(img.Bounds())
	if box.Empty() {
		return
	}
	x, y := float64(box.Min.X), float64(box.Min.Y)
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	r.MoveTo(float32(points[0].x-x), float32(points[0].y-y))
	for _, p := range points[1:] {
		r.LineTo(float32(p.x-x), float32(p.y-y))
	}
	r.ClosePath()
	r.Draw(img, box, source, image.Point{})
}

func bounds(points []point) image.Rectangle {
	low, high := points[0], points[0]
	for _, p := range points[1:] {
		low = point{min(low.x, p.x), min(low.y, p.y)}
		high = point{max(high.x, p.x), max(high.y, p.y)}
	}
	return image.Rect(int(math.Floor(low.x)), int(math.Floor(low.y)), int(math.Ceil(high.x)), int(math.Ceil(high.y)))
}

// stroke draws a straight piece of a line as a thin rectangle.
func stroke(img *image.RGBA, source image.Image, a, b point, width float64) {
	dx, dy := b.x-a.x, b.y-a.y
	length := math.Hypot(dx, dy)
	if length == 0 {
		return
	}
	nx, ny := -dy/length*width/2, dx/length*width/2
	fill(img, source, []point{{a.x + nx, a.y + ny}, {b.x + nx, b.y + ny}, {b.x - nx, b.y - ny}, {a.x - nx, a.y - ny}})
}

// pieces are the straight pieces of a line; a dashed one leaves gaps.
func pieces(s shape) (all [][2]point) {
	const dash, gap = 4, 3
	for i := 1; i < len(s.points); i++ {
		a, b := s.points[i-1], s.points[i]
		if !s.dashed {
			all = append(all, [2]point{a, b})
			continue
		}
		length := math.Hypot(b.x-a.x, b.y-a.y)
		along := func(d float64) point {
			part := min(d, length) / length
			return point{a.x + (b.x-a.x)*part, a.y + (b.y-a.y)*part}
		}
		for d := 0.0; d < length; d += dash + gap {
			all = append(all, [2]point{along(d), along(d + dash)})
		}
	}
	return all
}

// parsed is the font of numbers and hours. Its faces are not for several goroutines
// at a time, so that each text makes its own.
var parsed = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic("BUG: the built-in font cannot be read: " + err.Error())
	}
	return f
})

func write(img *image.RGBA, source image.Image, s shape) {
	face, err := opentype.NewFace(parsed(), &opentype.FaceOptions{Size: 12, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		panic("BUG: the built-in font has no size 12: " + err.Error())
	}
	d := font.Drawer{Dst: img, Src: source, Face: face}
	at := fixed.P(int(math.Round(s.points[0].x)), int(math.Round(s.points[0].y)))
	switch width := d.MeasureString(s.text); s.align {
	case middle:
		at.X -= width / 2
	case right:
		at.X -= width
	}
	d.Dot = at
	d.DrawString(s.text)
}
