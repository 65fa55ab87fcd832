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
// figures of one width. The build puts it there.
//
//go:embed all:font
var fonts embed.FS

// ErrNotBuilt is what [Write] returns from a program that was built without the font.
var ErrNotBuilt = errors.New("this program was built without the font of its PDFs: build it with make build")

// face is the font and what is known of its letters.
type face struct {
	file  []byte // TrueType
	em    [1 << 16]uint16
	known [1 << 16]bool
}

// perEm is the unit of widths: thousandths of the font's size, as in the PDF.
const perEm = 1000

// box is shown for a letter that the font does not have.
const box = '□'

// noBreak is a space at which no line ends, as between a number and its unit.
const noBreak = '\u00a0'

var loadFace = sync.OnceValues(func() (*face, error) {
	collection, err := fs.ReadFile(fonts, "font/wqy-microhei.ttc")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, err
	}
	return newFace(collection)
})

func newFace(collection []byte) (*face, error) {
	file, err := single(collection)
	if err != nil {
		return nil, fmt.Errorf("read the font of the PDF: %w", err)
	}
	letters, err := sfnt.Parse(file)
	if err != nil {
		return nil, fmt.Errorf("read the font of the PDF: %w", err)
	}
	f := &face{file: file}
	var buf sfnt.Buffer
	for r := rune(' '); r < 1<<16; r++ {
		glyph, err := letters.GlyphIndex(&buf, r)
		if err != nil || glyph == 0 {
			continue
		}
		width, err := letters.GlyphAdvance(&buf, glyph, fixed.I(perEm), font.HintingNone)
		if err != nil {
			continue
		}
		f.em[r], f.known[r] = uint16(width.Round()), true
	}
	return f, nil
}

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
// characters become single spaces, marks that are not to be seen are dropped, and
// letters that the font does not have become boxes.
func (f *face) clean(text string) string {
	var b strings.Builder
	space, latin := true, false // at the start no space is wanted
	for _, r := range text {
		switch {
		case r == '’' && latin:
			r = '\'' // the font's own is as wide as a Chinese letter
		case r == noBreak:
		case unicode.IsSpace(r) || unicode.IsControl(r):
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
			continue
		case r >= 1<<16 || !f.known[r]:
			r = box
		}
		space, latin = false, unicode.Is(unicode.Latin, r)
		b.WriteRune(r)
	}
	return strings.TrimSuffix(b.String(), " ")
}
