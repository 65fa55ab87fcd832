// Package pdf sets the monthly report as a PDF: A4, with page numbers, heads of
// tables on each page, charts as vectors, and text in any language of the font that
// can be searched and copied.
//
// What is said, and in which order, is the [report.Document]'s, which the HTML page
// shows as well; here is only how it stands on paper. The same report gives the same
// bytes: the only time in a file is the report's own.
package pdf

import (
	"fmt"
	"io"

	"codeberg.org/go-pdf/fpdf"

	"headroom/ui/report"
)

// Write writes a report as a PDF in one of [report.Languages]. It returns
// [ErrNotBuilt] if the program has no font.
func Write(w io.Writer, r *report.Report, language string) error {
	f, err := loadFace()
	if err != nil {
		return err
	}
	d := r.Document(language)
	counted := compose(f, d, r, &contents{}) // to know the pages
	s := compose(f, d, r, counted.contents)
	if err := s.pdf.Output(w); err != nil {
		return fmt.Errorf("write the PDF of the report of %s: %w", r.Month, err)
	}
	return nil
}

// contents is on which page what stands; empty while pages are counted.
type contents struct {
	pages  int
	starts []int // of the sections
}

// compose sets all pages. What stands on them depends on the contents, how many
// there are does not.
func compose(f *face, d *report.Document, r *report.Report, c *contents) *sheet {
	s := newSheet(f, d, c)
	s.pdf.SetCreationDate(r.MadeAt)
	s.pdf.SetModificationDate(r.MadeAt)
	s.turn(false)
	s.cover()
	found := &contents{}
	for i := range d.Sections {
		found.starts = append(found.starts, s.section(i))
	}
	s.unshaped()
	found.pages = s.pdf.PageNo()
	s.contents = found
	return s
}

// section sets one section and returns the page on which it begins.
func (s *sheet) section(i int) int {
	part := &s.doc.Sections[i]
	s.part = part.Title
	wide := part.Table != nil && part.Table.Wide
	if s.wide != wide {
		s.turn(wide)
	}
	s.heading(part, s.links[i])
	page := s.pdf.PageNo()
	for _, note := range part.Notes {
		s.paragraph(note, quiet, 0)
	}
	switch {
	case part.Table != nil:
		s.table(part.Table)
	case part.Trends != nil:
		s.trends(part.Trends)
	}
	for n, item := range part.List {
		s.item(n+1, item)
	}
	s.y += 20
	return page
}

// links makes the links that sections are reached by.
func links(pdf *fpdf.Fpdf, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = pdf.AddLink()
	}
	return out
}
