package picture

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"headroom/analytics"
)

var zone = time.FixedZone("Asia/Shanghai", 8*3600)

// day is a day of a curve whose load leaves its band at noon, and is not known from
// four to six.
func day() *analytics.Curve {
	c := &analytics.Curve{Now: 18 * 3600}
	for m := range 24 * 60 {
		usual := 30 - 10*math.Cos(2*math.Pi*float64(m)/1440)
		load := analytics.Number(usual)
		switch h := m / 60; {
		case h == 12:
			load += 15
		case h == 4 || h == 5 || h >= 18:
			load = analytics.Unknown()
		}
		c.Times = append(c.Times, int64(60*m))
		c.Load = append(c.Load, load)
		c.Lower = append(c.Lower, analytics.Number(usual-4))
		c.Upper = append(c.Upper, analytics.Number(usual+4))
	}
	return c
}

func TestSVG(t *testing.T) {
	var b bytes.Buffer
	if err := SVG(&b, day(), 40, zone, Small); err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(b.Bytes(), new(struct{})); err != nil {
		t.Errorf("not well-formed: %v", err)
	}
	text := b.String()
	for what, n := range map[string]int{"<polygon": 1, `stroke="#1a56a8"`: 2, `stroke="#c0392b"`: 1, ">12:00<": 1, "stroke-dasharray": 2} {
		if got := strings.Count(text, what); got != n {
			t.Errorf("%d of %s, want %d", got, what, n)
		}
	}
	if strings.Contains(text, "NaN") {
		t.Error("what is not known was drawn")
	}
}

func TestPNGHasLoadAndBandWhereTheyAre(t *testing.T) {
	var b bytes.Buffer
	if err := PNG(&b, day(), 40, zone, Small); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil || img.Bounds().Dx() != Small.Width || img.Bounds().Dy() != Small.Height {
		t.Fatalf("%v, %v", img, err)
	}
	f := frame{from: 0, to: 1439 * 60, top: niceTop(55), left: 40, right: 590, above: 10, foot: 198}
	at := func(hour, v float64) (r, g, b uint32) {
		r, g, b, _ = img.At(int(f.x(int64(hour*3600))), int(f.y(v))).RGBA()
		return r >> 8, g >> 8, b >> 8
	}
	if r, g, b := at(20, 25); r != 0xc7 || g != 0xdc || b != 0xf5 {
		t.Errorf("no band at 20:00: %02x%02x%02x", r, g, b)
	}
	if r, _, b := at(12.5, 30+10+15); b <= r {
		t.Errorf("no load at 12:30: %02x %02x", r, b)
	}
	if r, g, b := at(9, 5); r != 255 || g != 255 || b != 255 {
		t.Errorf("something below the load at 9:00: %02x%02x%02x", r, g, b)
	}
}

func TestOddCurvesAreDrawn(t *testing.T) {
	flat := day()
	for i := range flat.Load {
		flat.Load[i], flat.Lower[i], flat.Upper[i] = 0, 0, 0
	}
	unknown := day()
	for i := range unknown.Load {
		unknown.Load[i], unknown.Lower[i], unknown.Upper[i] = analytics.Unknown(), analytics.Unknown(), analytics.Number(math.Inf(1))
	}
	for name, c := range map[string]*analytics.Curve{"nothing": {}, "flat": flat, "unknown": unknown} {
		for _, target := range []float64{60, math.NaN(), math.Inf(1)} {
			if err := PNG(io.Discard, c, target, zone, Least); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			var b bytes.Buffer
			if err := SVG(&b, c, target, zone, Least); err != nil || strings.Contains(b.String(), "NaN") {
				t.Errorf("%s: %v %s", name, err, &b)
			}
		}
	}
}

func TestNiceTop(t *testing.T) {
	for v, want := range map[float64]float64{0: 4, 3: 4, 39: 40, 41: 80, 81: 100, 101: 200, 0.3: 0.4, 4150: 8000} {
		if got := niceTop(v); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v: %v, want %v", v, got, want)
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	c := day()
	for b.Loop() {
		if err := PNG(io.Discard, c, 40, zone, Small); err != nil {
			b.Fatal(err)
		}
	}
}
