package pdf

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
)

// Marks that make what stands beside them part of text from left to right, or from
// right to left; nobody sees them.
const (
	mark     = "\u200e"
	markBack = "\u200f"
)

// visual returns a line's letters in the order from left to right in which they are
// seen, by Unicode's bidirectional algorithm (UAX 9). Lines are from left to right as a
// whole, so that columns and paths read alike in all scripts: the parts of a path stay
// in their order, each is read in its own direction.
func visual(line string) string {
	if !strings.ContainsFunc(line, rightToLeft) {
		return line
	}
	var p bidi.Paragraph
	if _, err := p.SetString(mark + strings.ReplaceAll(closed(line), "→", mark+"→"+mark)); err != nil {
		return line
	}
	order, err := p.Order()
	if err != nil {
		return line
	}
	var out strings.Builder
	var turned []string // what stands in text from right to left so far
	flush := func() {
		slices.Reverse(turned)
		for _, s := range turned {
			out.WriteString(s)
		}
		turned = nil
	}
	for i := range order.NumRuns() {
		run := order.Run(i)
		text := run.String()
		if run.Direction() == bidi.RightToLeft {
			turned = append(turned, turn(text))
			continue
		}
		if len(turned) > 0 {
			n := leadingNumber(text)
			turned = append(turned, text[:n])
			text = text[n:]
		}
		if text != "" {
			flush()
			out.WriteString(text)
		}
	}
	flush()
	return strings.NewReplacer(mark, "", markBack, "").Replace(out.String())
}

// leadingNumber is how many bytes of a run from left to right are a number that belongs
// to the text from right to left before it: it stands left of that.
func leadingNumber(text string) (n int) {
	for i, r := range text {
		class, _ := bidi.LookupRune(r)
		switch class.Class() {
		case bidi.EN, bidi.AN:
			n = i + len(string(r))
		case bidi.ET: // as % right behind it
			if n == i {
				n += len(string(r))
			}
		case bidi.L:
			return n
		}
	}
	return n
}

func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Nko, unicode.Syriac, unicode.Thaana)
}

// brackets by those that mirror them.
var brackets = map[rune]rune{'(': ')', ')': '(', '[': ']', ']': '[', '{': '}', '}': '{', '<': '>', '>': '<', '«': '»', '»': '«'}

// turn reverses text from right to left: brackets are mirrored, and marks stay behind
// their letter.
func turn(text string) string {
	letters := []rune(text)
	out := make([]rune, 0, len(letters))
	for end := len(letters); end > 0; {
		begin := end - 1
		for begin > 0 && unicode.Is(unicode.M, letters[begin]) {
			begin--
		}
		first := letters[begin]
		if other, ok := brackets[first]; ok {
			first = other
		}
		out = append(append(out, first), letters[begin+1:end]...)
		end = begin
	}
	return string(out)
}

// closed marks brackets that belong to text from right to left, as UAX 9 wants in its
// rule N0 and the library does not do: those with such letters only within them, after
// such a letter.
func closed(line string) string {
	var out strings.Builder
	type open struct{ after, left, right bool } // what came before it, and what is in it
	var stack []open
	back := false // the last letter is from right to left
	for _, r := range line {
		out.WriteRune(r)
		class, _ := bidi.LookupRune(r)
		switch c := class.Class(); {
		case r == '(' || r == '[' || r == '{':
			stack = append(stack, open{after: back})
		case (r == ')' || r == ']' || r == '}') && len(stack) > 0:
			in := stack[len(stack)-1]
			if stack = stack[:len(stack)-1]; in.after && in.right && !in.left {
				out.WriteString(markBack)
			}
		case c == bidi.L || c == bidi.R || c == bidi.AL:
			back = c != bidi.L
			for i := range stack {
				stack[i].left, stack[i].right = stack[i].left || !back, stack[i].right || back
			}
		}
	}
	return out.String()
}
