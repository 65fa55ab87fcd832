package pdf

// colour is red, green and blue. Those used differ in their grey as well.
type colour [3]int

var (
	ink    = colour{0x1d, 0x24, 0x33}
	soft   = colour{0x5b, 0x65, 0x79}
	rule   = colour{0xd9, 0xde, 0xe8}
	accent = colour{0x1f, 0x5f, 0xbf}
	warm   = colour{0xb4, 0x53, 0x0a}
	band   = colour{0xdb, 0xe6, 0xf6}
	white  = colour{0xff, 0xff, 0xff}
)

// style is how text looks; sizes and line heights are in points.
type style struct {
	size, leading float64
	colour        colour
	bold          bool
}

var (
	title    = style{size: 24, leading: 30, colour: ink, bold: true}
	lead     = style{size: 12.5, leading: 18, colour: ink}
	figure   = style{size: 17, leading: 21, colour: ink, bold: true}
	section  = style{size: 13, leading: 18, colour: ink, bold: true}
	plain    = style{size: 8.5, leading: 11.5, colour: ink}
	strong   = style{size: 8.5, leading: 11.5, colour: ink, bold: true}
	quiet    = style{size: 8.5, leading: 12, colour: soft}
	small    = style{size: 7.5, leading: 10.2, colour: soft}
	headline = style{size: 7.5, leading: 9.5, colour: soft, bold: true}
	margin   = style{size: 7.5, leading: 10, colour: soft}
)

func (s style) in(c colour) style {
	s.colour = c
	return s
}
