package picture

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"headroom/analytics"
)

// SVG writes a curve as SVG; see [PNG].
func SVG(w io.Writer, c *analytics.Curve, target float64, zone *time.Location, size Size) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="12">`+"\n", size.Width, size.Height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", size.Width, size.Height)
	for _, s := range lay(c, target, zone, size) {
		s.svg(&b)
	}
	b.WriteString("</svg>\n")
	_, err := w.Write(b.Bytes())
	return err
}

var anchors = map[align]string{left: "start", middle: "middle", right: "end"}

func (s shape) svg(b *bytes.Buffer) {
	if s.text != "" {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" fill="#%06x" text-anchor="%s">%s</text>`+"\n", s.points[0].x, s.points[0].y, s.color, anchors[s.align], s.text)
		return
	}
	kind, paint := "polyline", fmt.Sprintf(`fill="none" stroke="#%06x" stroke-width="%g"`, s.color, s.width)
	if s.fill {
		kind, paint = "polygon", fmt.Sprintf(`fill="#%06x"`, s.color)
	}
	if s.dashed {
		paint += ` stroke-dasharray="4 3"`
	}
	fmt.Fprintf(b, `<%s %s points="`, kind, paint)
	for i, p := range s.points {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(b, "%.1f,%.1f", p.x, p.y)
	}
	b.WriteString(`"/>` + "\n")
}
