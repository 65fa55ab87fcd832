package pdf

import (
	"math"

	"headroom/ui/report"
)

const (
	columnGap = 11.0
	rowPad    = 2.6 // above and below a row
	cellLines = 3   // of a text in a cell
	headLines = 3
	noteLines = 4
)

// layout is a table on the page that is being set.
type layout struct {
	*sheet
	*report.Table
	at, widths []float64 // of the columns
	heads      [][]string
	shapes     []*shape // of the rows that were measured and are not set yet
}

// shape is a row in lines.
type shape struct {
	cells  [][]string
	note   []string
	height float64
}

func (s *sheet) layout(t *report.Table) *layout {
	l := &layout{sheet: s, Table: t, shapes: make([]*shape, len(t.Rows))}
	sum := 0.0
	for _, c := range t.Columns {
		sum += c.Width
	}
	x, room := side, s.width()-columnGap*float64(len(t.Columns)-1)
	for _, c := range t.Columns {
		width := room * c.Width / sum
		l.at, l.widths = append(l.at, x), append(l.widths, width)
		l.heads = append(l.heads, s.face.wrap(c.Head, headline.size, width, headLines))
		x += width + columnGap
	}
	return l
}

// table sets a table: its head on each page, no row in two parts, and neither the
// first nor the last row alone.
func (s *sheet) table(t *report.Table) {
	l := s.layout(t)
	l.need(l.beginning())
	l.head()
	for i := range t.Rows {
		if l.need(l.keep(i)) {
			l.head()
		}
		l.row(i)
	}
}

// keep is the height of a row with those that may not be parted from it.
func (l *layout) keep(i int) float64 {
	height := l.shape(i).height
	for k := i + 1; k < len(l.Rows) && (l.Rows[k].Total || k == len(l.Rows)-1); k++ {
		height += l.shape(k).height
	}
	return height
}

// unparted is how many rows a table may have that is not parted; a longer one has
// half as many below its first head.
const unparted = 6

// beginning is the height of the head and the rows that may not be parted from it.
func (l *layout) beginning() float64 {
	rows := len(l.Rows)
	if rows > unparted {
		rows = unparted / 2
	}
	height := l.headHeight()
	for i := range rows {
		height += l.shape(i).height
	}
	return height
}

func (l *layout) headHeight() float64 {
	most := 1
	for _, lines := range l.heads {
		most = max(most, len(lines))
	}
	return float64(most)*headline.leading + 6
}

func (l *layout) shape(i int) *shape {
	if l.shapes[i] == nil {
		l.shapes[i] = l.measure(&l.Rows[i])
	}
	return l.shapes[i]
}

// measure breaks a row into lines.
func (l *layout) measure(r *report.Row) *shape {
	sh := &shape{note: l.face.wrap(r.Note, small.size, l.width(), noteLines)}
	most := 1
	for i, c := range r.Cells {
		lines := []string{}
		switch l.Columns[i].Kind {
		case report.Text:
			lines = l.face.wrap(c.Text, plain.size, l.widths[i], cellLines)
		case report.Figure:
			lines = append(lines, l.one(c.Text, plain, l.widths[i]))
		}
		most = max(most, len(lines))
		sh.cells = append(sh.cells, lines)
	}
	sh.height = float64(most)*plain.leading + float64(len(sh.note))*small.leading + 2*rowPad
	return sh
}

// head sets the columns' heads on a common last line.
func (l *layout) head() {
	end := l.y + l.headHeight()
	for i, lines := range l.heads {
		for k, line := range lines {
			y := end - 6 - float64(len(lines)-1-k)*headline.leading - 1.5
			l.cell(i, y, line, headline)
		}
	}
	l.line(side, end-2, side+l.width(), end-2, ink, 0.7)
	l.y = end
}

// cell sets a line of text in a column.
func (l *layout) cell(column int, y float64, line string, st style) {
	if l.Columns[column].Kind == report.Figure {
		l.right(l.at[column]+l.widths[column], y, line, st)
		return
	}
	l.put(l.at[column], y, line, st)
}

func (l *layout) row(i int) {
	r, sh := &l.Rows[i], l.shape(i)
	st, y := plain, l.y
	if r.Total {
		st = strong
	}
	switch {
	case r.Total && i > 0 && !l.Rows[i-1].Total:
		l.line(side, y, side+l.width(), y, ink, 0.7)
	case i > 0 && !r.Total:
		l.line(side, y, side+l.width(), y, rule, 0.5)
	}
	most := 1
	for k, lines := range sh.cells {
		for n, line := range lines {
			l.cell(k, y+rowPad+st.size+float64(n)*st.leading, line, st)
		}
		l.marks(k, y+rowPad+st.leading/2, r.Cells[k].Marks)
		most = max(most, len(lines))
	}
	for n, line := range sh.note {
		l.put(side, y+rowPad+float64(most)*plain.leading+small.size+float64(n)*small.leading, line, small)
	}
	l.y += sh.height
	l.shapes[i] = nil // done with
}

// marks draws what a column has instead of text, around a line.
func (l *layout) marks(column int, y float64, marks [2]float64) {
	x, width := l.at[column], l.widths[column]
	switch l.Columns[column].Kind {
	case report.Bar:
		if marks[0] > 0 {
			l.block(x, y-3, width*marks[0], 6, accent)
		}
	case report.Pair:
		if math.IsNaN(marks[0]) || math.IsNaN(marks[1]) {
			return
		}
		from, to := x+3+(width-6)*marks[0], x+3+(width-6)*marks[1]
		l.line(from, y, to, y, soft, 0.9)
		l.sheet.fill(accent)
		l.pdf.Circle(to, y, 2, "F")
		l.sheet.fill(white)
		l.stroke(warm, 1)
		l.pdf.Circle(from, y, 2.3, "FD")
	}
}
