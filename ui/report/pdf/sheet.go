package pdf

import (
	"fmt"
	"strings"

	"codeberg.org/go-pdf/fpdf"

	"headroom/ui/report"
)

// The page, in points: A4 with its margins.
const (
	short, long = 595.28, 841.89
	side        = 44.0 // margin left and right
	top         = 58.0
	foot        = 46.0
)

// sheet is the page that is being set, top down.
type sheet struct {
	pdf      *fpdf.Fpdf
	face     *face
	doc      *report.Document
	contents *contents
	links    []int
	wide     bool
	font     int          // that text is set in
	embedded map[int]bool // the fonts that are
	part     string       // the section that is being set
	y        float64      // where the next thing begins
}

func newSheet(f *face, d *report.Document, c *contents) *sheet {
	pdf := fpdf.New("P", "pt", "A4", "")
	pdf.SetCatalogSort(true) // maps are in one order
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetTitle(f.clean(d.Title+" "+d.Month), true)
	pdf.SetSubject(f.clean(d.Headline), true)
	pdf.SetCreator("Headroom", true)
	pdf.SetProducer("Headroom", true)
	pdf.SetLang(d.Language)
	pdf.SetDisplayMode("fullpage", "continuous")
	pdf.AddUTF8FontFromBytes(families[0].name, "", f.files[0])
	pdf.SetFont(families[0].name, "", plain.size)
	return &sheet{pdf: pdf, face: f, doc: d, contents: c, links: links(pdf, len(d.Sections)), embedded: map[int]bool{0: true}}
}

// width is how wide the text on a page is.
func (s *sheet) width() float64 {
	if s.wide {
		return long - 2*side
	}
	return short - 2*side
}

// bottom is where the text on a page ends.
func (s *sheet) bottom() float64 {
	if s.wide {
		return short - foot
	}
	return long - foot
}

// turn begins a page, upright or lying.
func (s *sheet) turn(wide bool) {
	s.wide = wide
	s.newPage()
}

func (s *sheet) newPage() {
	orientation := "P"
	if s.wide {
		orientation = "L"
	}
	s.pdf.AddPageFormat(orientation, fpdf.SizeType{Wd: short, Ht: long})
	s.margins()
	s.y = top
}

// need begins a page if there is no room for a height; it tells whether it did.
func (s *sheet) need(height float64) bool {
	if s.y+height <= s.bottom() || s.y == top {
		return false
	}
	s.newPage()
	return true
}

// margins sets what stands above and below the text of each page.
func (s *sheet) margins() {
	d, page := s.doc, s.pdf.PageNo()
	if page > 1 {
		stamp := margin
		if d.Draft {
			stamp = margin.in(warm)
		}
		s.put(side, 34, s.one(d.Title+" "+d.Month+" · "+s.part, margin, s.width()*0.6), margin)
		s.right(side+s.width(), 34, s.one(d.Stamp, margin, s.width()*0.35), stamp)
		s.line(side, 40, side+s.width(), 40, rule, 0.6)
	}
	number := strings.NewReplacer("{1}", fmt.Sprint(page), "{2}", fmt.Sprint(s.contents.pages)).Replace(d.PageOf)
	s.right(side+s.width(), s.bottom()+24, number, margin)
	from := "Headroom"
	if d.Checksum != "" {
		from += " · SHA-256 " + d.Checksum
	}
	s.put(side, s.bottom()+24, s.one(from, margin, s.width()*0.8), margin)
}
