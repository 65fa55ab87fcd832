package phrases

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// template is a text in both languages.
type template struct{ english, chinese form }

// form is a text with placeholders: a row of what is written and what is put in.
type form []piece

type piece struct {
	literal string
	slot    string // "n2": its kind and figure; empty for what is written
}

func (p *piece) kind() string { return strings.TrimRight(p.slot, "0123456789") }

func parse(text string) (f form) {
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		slot, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return append(f, piece{literal: text})
		}
		if before != "" {
			f = append(f, piece{literal: before})
		}
		f, text = append(f, piece{slot: slot}), after
	}
	return f
}

// words is how much of a form is written.
func (f form) words() (n int) {
	for i := range f {
		n += len(f[i].literal)
	}
	return n
}

// mayBe tells whether a text has all that is written of a form, in its order: most
// texts lack it, and need no closer look.
func (f form) mayBe(text string) bool {
	if first := f[0].literal; !strings.HasPrefix(text, first) {
		return false
	}
	if last := f[len(f)-1].literal; !strings.HasSuffix(text, last) {
		return false
	}
	for i := range f {
		_, rest, found := strings.Cut(text, f[i].literal)
		if !found {
			return false
		}
		text = rest
	}
	return true
}

// loose is how much may stand in its placeholders that is no figure.
func (f form) loose() (n int) {
	for i := range f {
		n += map[string]int{"name": 1, "names": 2, "says": 3, "say": 3, "text": 4}[f[i].kind()]
	}
	return n
}

// fill puts arguments into a form. Between Chinese and Latin letters or figures stands
// a space, whatever comes to stand beside each other.
func (f form) fill(of map[string]string) string {
	var b strings.Builder
	last := ' '
	for i := range f {
		text := f[i].literal
		if f[i].slot != "" {
			text = of[f[i].slot]
		}
		if first, _ := utf8.DecodeRuneInString(text); apart(last, first) {
			b.WriteByte(' ')
		}
		b.WriteString(text)
		if text != "" {
			last, _ = utf8.DecodeLastRuneInString(text)
		}
	}
	return b.String()
}

// apart tells whether a space belongs between two signs.
func apart(a, b rune) bool { return isHan(a) && isWestern(b) || isWestern(a) && isHan(b) }

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func isWestern(r rune) bool {
	return r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '%' || r == '+' || r == '−')
}

func hasLatin(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r < unicode.MaxASCII && unicode.IsLetter(r) })
}
