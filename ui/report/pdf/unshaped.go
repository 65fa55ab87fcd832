package pdf

import (
	"strings"

	"headroom/ui/report"
)

// mostUnshaped is how many names are said that have letters without a shape.
const mostUnshaped = 20

// unshaped says which names are not as they are: some of their letters are numbers.
func (s *sheet) unshaped() {
	names := s.face.lacking(s.doc)
	if len(names) == 0 {
		return
	}
	if len(names) > mostUnshaped {
		names = append(names[:mostUnshaped], "…")
	}
	s.paragraph(strings.ReplaceAll(s.doc.Unshaped, "{1}", strings.Join(names, "; ")), quiet, 0)
}

// lacking returns the texts of a document's tables that have letters which no font has,
// each once and in their order.
func (f *face) lacking(d *report.Document) (names []string) {
	seen := map[string]bool{}
	for i := range d.Sections {
		if d.Sections[i].Table == nil {
			continue
		}
		for _, row := range d.Sections[i].Table.Rows {
			for _, c := range row.Cells {
				if !seen[c.Text] && f.lacks(c.Text) {
					names = append(names, c.Text)
				}
				seen[c.Text] = true
			}
		}
	}
	return names
}
