package pdf

import (
	"strconv"

	"headroom/ui/report"
)

// mostLines is how many lines a paragraph has at the most; only names that nobody
// would read make more.
const mostLines = 12

// paragraph sets text over the page's width, from an indent on, and never leaves a
// line of it alone on a page.
func (s *sheet) paragraph(text string, st style, indent float64) {
	lines := s.face.wrap(text, st.size, s.width()-indent, mostLines)
	for i, line := range lines {
		keep := 1
		if i == 0 || i == len(lines)-2 {
			keep = min(2, len(lines)-i)
		}
		s.need(float64(keep) * st.leading)
		s.put(side+indent, s.y+st.size, line, st)
		s.y += st.leading
	}
	s.y += 2
}

// item sets one of a numbered list.
func (s *sheet) item(number int, text string) {
	s.need(2 * plain.leading)
	s.right(side+12, s.y+plain.size, strconv.Itoa(number)+".", plain.in(soft))
	s.paragraph(text, plain, 18)
}

// heading begins a section: not without room for what follows.
func (s *sheet) heading(part *report.Section, link int) {
	s.need(s.beginning(part))
	s.pdf.SetLink(link, s.y-4, -1)
	s.pdf.Bookmark(s.face.clean(part.Title), 0, s.y-4)
	s.put(side, s.y+section.size, s.one(part.Title, section, s.width()), section)
	s.y += section.leading + 4
}

// beginning is the height of a heading with the least that may follow it on its page.
func (s *sheet) beginning(part *report.Section) float64 {
	height := section.leading + 4
	for _, note := range part.Notes {
		height += float64(len(s.face.wrap(note, quiet.size, s.width(), mostLines)))*quiet.leading + 2
	}
	switch {
	case part.Table != nil:
		height += s.layout(part.Table).beginning()
	case part.Trends != nil:
		height += keyHeight + trendHeight
	case part.List != nil:
		height += 2 * plain.leading
	}
	return height
}
