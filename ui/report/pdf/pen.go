package pdf

// boldness is how much thicker than a light letter a bold one's lines are drawn, as a
// part of its size: the font has one weight.
const boldness = 0.034

// put sets a line of text whose first letter stands at x on the baseline y.
func (s *sheet) put(x, y float64, text string, st style) {
	if text == "" {
		return
	}
	s.pdf.SetTextColor(st.colour[0], st.colour[1], st.colour[2])
	if st.bold {
		s.stroke(st.colour, st.size*boldness)
		s.pdf.SetTextRenderingMode(2)
		defer s.pdf.SetTextRenderingMode(0)
	}
	for text = visual(text); text != ""; {
		part, font := s.face.sameFont(text)
		s.choose(font, st.size)
		s.pdf.Text(x, y, part)
		x += s.face.width(part, st.size)
		text = text[len(part):]
	}
}

// sameFont returns the beginning of a text that one font has, and which one that is.
func (f *face) sameFont(text string) (part string, font int) {
	for i, r := range text {
		of := 0
		if f.has(r) {
			of = int(f.font[r]) - 1
		}
		if i == 0 {
			font = of
		}
		if of != font {
			return text[:i], font
		}
	}
	return text, font
}

// choose has text set in a font, which is embedded once it is needed.
func (s *sheet) choose(font int, size float64) {
	name := families[font].name
	if font != s.font {
		if !s.embedded[font] {
			s.pdf.AddUTF8FontFromBytes(name, "", s.face.files[font])
			s.embedded[font] = true
		}
		s.pdf.SetFont(name, "", size)
		s.font = font
		return
	}
	s.pdf.SetFontSize(size)
}

// right sets a line of text that ends at x.
func (s *sheet) right(x, y float64, text string, st style) {
	s.put(x-s.face.width(text, st.size), y, text, st)
}

// one makes a text a line that is no wider than width.
func (s *sheet) one(text string, st style, width float64) string {
	return s.face.one(text, st.size, width)
}

func (s *sheet) stroke(c colour, width float64) {
	s.pdf.SetDrawColor(c[0], c[1], c[2])
	s.pdf.SetLineWidth(width)
}

func (s *sheet) fill(c colour) { s.pdf.SetFillColor(c[0], c[1], c[2]) }

func (s *sheet) line(x1, y1, x2, y2 float64, c colour, width float64) {
	s.stroke(c, width)
	s.pdf.Line(x1, y1, x2, y2)
}

func (s *sheet) dashed(x1, y1, x2, y2 float64, c colour, width float64, dashes ...float64) {
	s.pdf.SetDashPattern(dashes, 0)
	s.line(x1, y1, x2, y2, c, width)
	s.pdf.SetDashPattern(nil, 0)
}

func (s *sheet) block(x, y, width, height float64, c colour) {
	s.fill(c)
	s.pdf.Rect(x, y, width, height, "F")
}
