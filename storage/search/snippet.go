package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Begin and End stand around words in a snippet that were asked for.
const (
	Begin = "\u0001"
	End   = "\u0002"
)

// snippetSize is about how many bytes of the text a snippet has.
const snippetSize = 240

// snippet is the part of a text with the most different words that were asked for, the
// first of equal ones, in one line; the beginning if there are none.
func snippet(text string, phrases []phrase) string {
	found := hits(text, phrases)
	from := 0
	if len(found) > 0 {
		from = best(text, found)
	}
	start := boundary(text, max(from-snippetSize/6, 0))
	end := boundary(text, min(start+snippetSize, len(text)))
	var b strings.Builder
	if start > 0 {
		b.WriteString("…")
	}
	at := start
	for _, h := range found {
		if h.start < at || h.end > end {
			continue
		}
		line(&b, text[at:h.start])
		b.WriteString(Begin)
		line(&b, text[h.start:h.end])
		b.WriteString(End)
		at = h.end
	}
	line(&b, text[at:end])
	if end < len(text) {
		b.WriteString("…")
	}
	return strings.TrimSpace(b.String())
}

// best is where the part begins that has the most different words.
func best(text string, found []span) int {
	from, most := found[0].start, 0
	for i, h := range found {
		words := map[string]bool{}
		for _, other := range found[i:] {
			if other.end > h.start+snippetSize*5/6 {
				break
			}
			words[fold(text[other.start:other.end])] = true
		}
		if len(words) > most {
			from, most = h.start, len(words)
		}
	}
	return from
}

// boundary moves a position back to the begin of a rune and, if one is near, of a word.
func boundary(text string, at int) int {
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	if at == 0 || at == len(text) {
		return at
	}
	if i := strings.LastIndexFunc(text[max(at-20, 0):at], unicode.IsSpace); i >= 0 {
		return max(at-20, 0) + i
	}
	return at
}

// line writes a text without line breaks and signs that mean something in a snippet.
func line(b *strings.Builder, text string) {
	blank := false
	for _, r := range text {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
			continue
		}
		blank = false
		b.WriteRune(r)
	}
}
