package pdf

import (
	"sort"
	"strings"
	"unicode"
)

const (
	// noStart are letters that begin no line, by the rules of Chinese typesetting
	// (GB/T 15834) and those of Latin.
	noStart = "。，、；：？！）》」』】〉〕］｝’”…—～·々ー,.;:!?)]}%‰°′″℃"
	// noEnd are those that end none.
	noEnd = "（《「『【〈〔［｛‘“([{¥$￥＄"
)

// lines breaks a clean text into lines of a width, in points.
func (f *face) lines(text string, size, width float64) []string {
	var out []string
	for letters := []rune(text); len(letters) > 0; {
		n := breakAt(letters, f.fit(letters, int(width/size*perEm)))
		out = append(out, strings.TrimRight(string(letters[:n]), " "))
		for letters = letters[n:]; len(letters) > 0 && letters[0] == ' '; {
			letters = letters[1:]
		}
	}
	return out
}

// fit returns how many letters are not wider than units, at least one.
func (f *face) fit(letters []rune, units int) int {
	for i, r := range letters {
		if units -= f.unit(r); units < 0 {
			return max(1, i)
		}
	}
	return len(letters)
}

// breakAt returns where a line ends of which the first n letters have room: at the
// last place that allows it, else within a word.
func breakAt(letters []rune, n int) int {
	if n == len(letters) {
		return n
	}
	for i := n; i > 0; i-- {
		if !forbidden(letters, i) && between(letters[i-1], letters[i]) {
			return i
		}
	}
	for i := n; i > 1; i-- {
		if !forbidden(letters, i) {
			return i
		}
	}
	return n
}

// forbidden tells whether a line may not end before the i-th letter, not even within
// a word. A space there is on neither line, so it counts what is around it.
func forbidden(letters []rune, i int) bool {
	a, b := letters[i-1], letters[i]
	if a == ' ' && i > 1 {
		a = letters[i-2]
	}
	if b == ' ' && i+1 < len(letters) {
		b = letters[i+1]
	}
	return strings.ContainsRune(noStart, b) || strings.ContainsRune(noEnd, a) ||
		a == noBreak || b == noBreak || unicode.Is(unicode.M, b)
}

// between tells whether two letters are of two words.
func between(a, b rune) bool {
	return a == ' ' || b == ' ' || wide(a) || wide(b) || strings.ContainsRune("/-→", a) && unicode.IsLetter(b)
}

// wide tells letters of scripts that have no spaces between words.
func wide(r rune) bool {
	return r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef ||
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo)
}

// wrap breaks a text into at most so many lines; of a longer one the middle is left
// out, for names differ at their ends.
func (f *face) wrap(text string, size, width float64, most int) []string {
	text = f.clean(text)
	all := f.lines(text, size, width)
	if len(all) <= most {
		return all
	}
	letters := []rune(text)
	short := func(left int) []string { // leaves that many letters out
		head := (len(letters) - left + 1) / 2
		return f.lines(string(letters[:head])+"…"+string(letters[head+left:]), size, width)
	}
	left := sort.Search(len(letters), func(left int) bool { return len(short(left)) <= most })
	return short(left)
}

// one makes a text one line.
func (f *face) one(text string, size, width float64) string {
	if lines := f.wrap(text, size, width, 1); len(lines) > 0 {
		return lines[0]
	}
	return ""
}
