package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWord is how many runes of a word count.
const maxWord = 64

// token is a word of a text, or two neighbouring signs of a script that has no blanks.
type token struct {
	text       string // as it is indexed
	start, end int    // bytes of the text
	signs      bool   // of such a script
	tail       bool   // the last sign of a run, by itself, which is there to be found by its beginning
}

// tokens divides a text into words. A run of Chinese signs gives each two that follow
// one another, and its last one alone: so that any part of it is found as a phrase, and
// any single sign as the beginning of a token.
func tokens(text string, f func(token) bool) {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case isSign(r):
			end, goOn := signs(text, at, f)
			if at = end; !goOn {
				return
			}
		case isWord(r):
			end := at
			for end < len(text) {
				r, size := utf8.DecodeRuneInString(text[end:])
				if isSign(r) || !isWord(r) && !unicode.Is(unicode.Mn, r) {
					break
				}
				end += size
			}
			if !f(token{text: fold(text[at:end]), start: at, end: end}) {
				return
			}
			at = end
		default:
			at += size
		}
	}
}

// signs gives the tokens of a run of signs, and tells where it ends.
func signs(text string, at int, f func(token) bool) (end int, goOn bool) {
	_, size := utf8.DecodeRuneInString(text[at:])
	before, end := at, at+size
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !isSign(r) {
			break
		}
		if !f(token{text: text[before : end+size], start: before, end: end + size, signs: true}) {
			return end, false
		}
		before, end = end, end+size
	}
	return end, f(token{text: text[before:end], start: before, end: end, signs: true, tail: true})
}

// isSign tells whether a rune is of a script that is written without blanks.
func isSign(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// fold writes a word as it is indexed: in small letters without accents, signs of full
// width as plain ones.
func fold(word string) string {
	plain := true
	for i := range len(word) {
		plain = plain && word[i] < utf8.RuneSelf
	}
	if plain && len(word) <= maxWord {
		return strings.ToLower(word)
	}
	var b strings.Builder
	n := 0
	for _, r := range norm.NFKD.String(word) {
		if unicode.Is(unicode.Mn, r) || !isWord(r) {
			continue
		}
		if n++; n > maxWord {
			break
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// indexed writes a text as the index takes it: its tokens with blanks between them.
func indexed(b *strings.Builder, text string) {
	tokens(text, func(t token) bool {
		b.WriteString(t.text)
		b.WriteByte(' ')
		return true
	})
}
