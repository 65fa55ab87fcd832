package pdf

import (
	"strconv"

	"headroom/ui/report"
)

// cover sets what everybody reads: the month, the report in one sentence, its key
// figures, and what is where.
func (s *sheet) cover() {
	d := s.doc
	s.put(side, s.y+title.size, s.one(d.Title+" "+d.Month, title, s.width()), title)
	s.y += title.leading + 2
	stamp := quiet.in(ink)
	if d.Draft {
		stamp = quiet.in(warm)
	}
	s.paragraph(d.Stamp, stamp, 0)
	s.paragraph(d.Basis, quiet, 0)
	s.y += 4
	s.line(side, s.y, side+s.width(), s.y, ink, 1.2)
	s.y += 12
	s.paragraph(d.Headline, lead, 0)
	s.y += 8
	s.facts(d.Facts)
	for _, note := range d.Notes {
		s.paragraph(note, quiet, 0)
	}
	s.y += 10
	s.list()
	s.y += 12
}

const (
	factGap    = 8.0
	factHeight = 44.0 // without its note
)

// perRow is how many of n boxes stand in a row, so that none is left over alone.
func perRow(n int) int {
	switch n {
	case 5:
		return 5
	case 6:
		return 3
	default:
		return 4
	}
}

// facts sets key figures in boxes.
func (s *sheet) facts(facts []report.Fact) {
	perRow := perRow(len(facts))
	width := (s.width() - float64(perRow-1)*factGap) / float64(perRow)
	for i := 0; i < len(facts); i += perRow {
		row := facts[i:min(i+perRow, len(facts))]
		notes, most := make([][]string, len(row)), 0
		for k, f := range row {
			notes[k] = s.face.wrap(f.Note, small.size, width-18, 2)
			most = max(most, len(notes[k]))
		}
		height := factHeight + float64(most)*small.leading
		for k := range row {
			s.fact(&row[k], notes[k], side+float64(k)*(width+factGap), width, height)
		}
		s.y += height + factGap
	}
	s.y += 4
}

func (s *sheet) fact(f *report.Fact, note []string, x, width, height float64) {
	edge, colour := rule, ink
	if f.Strong {
		edge, colour = accent, accent
	}
	s.stroke(edge, 0.8)
	s.pdf.RoundedRect(x, s.y, width, height, 4, "1234", "D")
	s.put(x+9, s.y+14, s.one(f.Label, small, width-18), small)
	value := figure.in(colour)
	for s.face.width(f.Value, value.size) > width-18 && value.size > small.size {
		value.size--
	}
	s.put(x+9, s.y+34, s.one(f.Value, value, width-18), value)
	for i, line := range note {
		s.put(x+9, s.y+46+float64(i)*small.leading, line, small)
	}
}

// list says on which page each section begins, in two columns.
func (s *sheet) list() {
	gap := 24.0
	width := (s.width() - gap) / 2
	half := (len(s.doc.Sections) + 1) / 2
	for i := range s.doc.Sections {
		x, y := side, s.y+float64(i%half)*13
		if i >= half {
			x += width + gap
		}
		page := "–"
		if i < len(s.contents.starts) {
			page = strconv.Itoa(s.contents.starts[i])
		}
		s.put(x, y+plain.size, s.one(s.doc.Sections[i].Title, plain, width-30), plain)
		s.right(x+width, y+plain.size, page, plain.in(soft))
		s.line(x, y+12, x+width, y+12, rule, 0.4)
		s.pdf.Link(x, y, width, 13, s.links[i])
	}
	s.y += float64(half) * 13
}
