package pdf

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Arabic letters are written joined: each has up to four shapes, which Unicode has as
// letters of their own (Arabic Presentation Forms). So text is shaped by writing those,
// by the joining rules of The Unicode Standard, chapter 9.2, as simple programs do that
// have no tables of the font: calligraphic ligatures but lam-alef are not made.

// shapes of a letter: alone, at the end of a word, at its beginning, within it. Letters
// that join to the one before them only have two, those that join to none have one.
type shapes []rune

const (
	alone = iota
	atEnd
	atBeginning
	within
)

const (
	lam    = 'ل'
	tatwil = '\u0640' // a line that joins on both sides
	zwj    = '\u200d' // joins, and is not seen
	forms  = 4
)

// lamAlef are the ligatures of lam with each kind of alef: alone, and at the end.
var lamAlef = map[rune]shapes{
	'\u0622': {0xfef5, 0xfef6}, '\u0623': {0xfef7, 0xfef8}, '\u0625': {0xfef9, 0xfefa}, '\u0627': {0xfefb, 0xfefc},
}

// arabic are the shapes by letter. Unicode has them in the order of shapes, in one block
// for Arabic and in one for its neighbours, with other things between.
var arabic = sync.OnceValue(func() map[rune]shapes {
	all := map[rune]shapes{}
	for _, block := range [][2]rune{{0xfe80, 0xfef4}, {0xfb50, 0xfbb1}, {0xfbd3, 0xfbe5}, {0xfbfc, 0xfbff}} {
		found := map[rune]shapes{}
		for r := block[0]; r <= block[1]; r++ {
			if letter := []rune(norm.NFKC.String(string(r))); len(letter) == 1 && letter[0] != r {
				found[letter[0]] = append(found[letter[0]], r)
			}
		}
		for letter, s := range found {
			if all[letter] == nil {
				all[letter] = s
			}
		}
	}
	return all
})

// join gives each Arabic letter of a text its shape, if a font has it.
func (f *face) join(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
		return text
	}
	letters := []rune(norm.NFC.String(text))
	out := make([]rune, 0, len(letters))
	joins := false // the letter before joins to the next
	for i := 0; i < len(letters); i++ {
		r := letters[i]
		s := arabic()[r]
		if unicode.Is(unicode.M, r) { // stands above or below, and joins nothing
			out = append(out, r)
			continue
		}
		on := len(s) == forms && joinsBack(next(letters, i))
		if r == lam && i+1 < len(letters) && lamAlef[letters[i+1]] != nil {
			s, on = lamAlef[letters[i+1]], false
			i++
		}
		out = append(out, f.shape(r, s, joins && len(s) > 1, on))
		joins = len(s) == forms || r == tatwil || r == zwj
	}
	return string(out)
}

// shape picks the shape of a letter by whether it joins to the one before and the one
// after it.
func (f *face) shape(r rune, s shapes, before, after bool) rune {
	form := alone
	switch {
	case before && after:
		form = within
	case before:
		form = atEnd
	case after:
		form = atBeginning
	}
	if form < len(s) && f.has(s[form]) {
		return s[form]
	}
	return r
}

// next is the letter after the i-th, marks left out; 0 at the end.
func next(letters []rune, i int) rune {
	for _, r := range letters[i+1:] {
		if !unicode.Is(unicode.M, r) {
			return r
		}
	}
	return 0
}

// joinsBack tells whether a letter joins to the one before it.
func joinsBack(r rune) bool { return len(arabic()[r]) > 1 || r == tatwil || r == zwj }
