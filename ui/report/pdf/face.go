package pdf

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// WenQuanYi Micro Hei (Apache License 2.0): one face for Chinese and Latin, with
// figures of one width. DejaVu Sans Condensed (free, of Bitstream Vera's license) has
// what it lacks: Hebrew, Arabic, Armenian, Georgian, Lao, symbols. The build puts both
// there.
//
//go:embed all:font
var fonts embed.FS

// ErrNotBuilt is what [Write] returns from a program that was built without the fonts.
var ErrNotBuilt = errors.New("this program was built without the fonts of its PDFs: build it with make build")

// Fonts of the PDF, the one that is asked first first.
var families = []struct{ name, file string }{
	{"WenQuanYiMicroHei", "wqy-microhei.ttc"},
	{"DejaVuSansCondensed", "DejaVuSansCondensed.ttf"},
}

// face is the fonts and what is known of their letters.
type face struct {
	files [][]byte // TrueType
	em    [1 << 16]uint16
	font  [1 << 16]uint8 // which one has a letter, from 1 on; 0: none
}

// perEm is the unit of widths: thousandths of the font's size, as in the PDF.
const perEm = 1000

// noBreak is a space at which no line ends, as between a number and its unit.
const noBreak = '\u00a0'

var loadFace = sync.OnceValues(func() (*face, error) {
	f := &face{}
	for _, family := range families {
		file, err := fs.ReadFile(fonts, "font/"+family.file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, ErrNotBuilt
		}
		if err == nil {
			err = f.add(file)
		}
		if err != nil {
			return nil, fmt.Errorf("read the font %s of the PDF: %w", family.file, err)
		}
	}
	return f, nil
})

// add adds a font for the letters that those before it do not have.
func (f *face) add(file []byte) error {
	file, err := single(file)
	if err != nil {
		return err
	}
	letters, err := sfnt.Parse(file)
	if err != nil {
		return err
	}
	f.files = append(f.files, file)
	var buf sfnt.Buffer
	for r := rune(' '); r < 1<<16; r++ {
		glyph, err := letters.GlyphIndex(&buf, r)
		if f.font[r] > 0 || err != nil || glyph == 0 {
			continue
		}
		width, err := letters.GlyphAdvance(&buf, glyph, fixed.I(perEm), font.HintingNone)
		if err != nil {
			continue
		}
		f.em[r], f.font[r] = uint16(width.Round()), uint8(len(f.files))
	}
	return nil
}

// has tells whether a font has a letter.
func (f *face) has(r rune) bool { return 0 <= r && r < 1<<16 && f.font[r] > 0 }

// width is how wide a text is at a size, in points.
func (f *face) width(text string, size float64) float64 {
	sum := 0
	for _, r := range text {
		sum += f.unit(r)
	}
	return float64(sum) / perEm * size
}

// unit is how wide a letter is, in thousandths of the size.
func (f *face) unit(r rune) int {
	if r >= 1<<16 {
		return 0
	}
	return int(f.em[r])
}

// clean makes text of anything that a name may contain: white space and control
// characters become single spaces, marks that are not to be seen are dropped, Arabic
// letters are joined, and those that no font has are written as their numbers.
func (f *face) clean(text string) string {
	var b strings.Builder
	space, latin := true, false // at the start no space is wanted
	var lacking numbers
	for _, r := range f.join(text) {
		switch {
		case r == '’' && latin:
			r = '\'' // the font's own is as wide as a Chinese letter
		case r == noBreak:
		case unicode.IsSpace(r) || unicode.IsControl(r):
			lacking.end(&b)
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
			continue
		case !f.has(r):
			lacking.add(&b, r)
			space, latin = false, false
			continue
		}
		lacking.end(&b)
		space, latin = false, unicode.Is(unicode.Latin, r)
		b.WriteRune(r)
	}
	lacking.end(&b)
	return strings.TrimSuffix(b.String(), " ")
}

// numbers writes letters without a shape, as [U+1F680 U+1F44D].
type numbers struct{ open bool }

func (n *numbers) add(b *strings.Builder, r rune) {
	before := " "
	if !n.open {
		before = "["
	}
	fmt.Fprintf(b, "%sU+%04X", before, r)
	n.open = true
}

func (n *numbers) end(b *strings.Builder) {
	if n.open {
		b.WriteByte(']')
	}
	n.open = false
}

// lacks tells whether a text has letters that are written as their numbers.
func (f *face) lacks(text string) bool {
	return strings.ContainsFunc(f.join(text), func(r rune) bool {
		return !f.has(r) && !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Variation_Selector, r)
	})
}
