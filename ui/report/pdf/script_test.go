package pdf

import (
	"slices"
	"testing"
)

// Text is seen from left to right as UAX 9 has it for a line that is from left to right.
func TestLinesAreInTheOrderInWhichTheyAreSeen(t *testing.T) {
	for line, want := range map[string]string{
		"":                         "",
		"dispatch SET_W13":         "dispatch SET_W13",
		"אבג":                      "גבא",
		"a אבג b":                  "a גבא b",
		"אבג דהו":                  "והד גבא",
		"אבג 12 דהו":               "והד 12 גבא",
		"אבג 12.5%":                "12.5% גבא",
		"אבג 12 cd":                "12 גבא cd",
		"12 אבג":                   "12 גבא",
		"אבג 5 (ד) [x]":            "(ד) 5 גבא [x]",
		"אב (cd)":                  "בא (cd)",
		"a (אבג) b":                "a (גבא) b",
		"אבג (דהו)":                "(והד) גבא",
		"אבג → דהו → SET_W13":      "גבא → והד → SET_W13", // the parts of a path keep their order
		"שָׁ":                      "שָׁ",                 // marks follow their letter
		"需要 אב 台":                  "需要 בא 台",
		"[U+1F680] אב":             "[U+1F680] בא",
		"אב ג\u200fד" + " x\u200e": "דג בא x",
	} {
		if got := visual(line); got != want {
			t.Errorf("%q is seen as %q, want %q", line, got, want)
		}
	}
}

func TestArabicLettersAreJoined(t *testing.T) {
	f := letters(t)
	for text, want := range map[string]string{
		"abc":           "abc",
		"ب":             "\ufe8f",
		"مرحبا":         "\ufee3\ufeae\ufea3\ufe92\ufe8e",             // meem before reh, which joins to none after it
		"سلام":          "\ufeb3\ufefc\ufee1",                         // lam-alef is one letter
		"لا":            "\ufefb",                                     //
		"بَب":           "\ufe91\u064e\ufe90",                         // a mark above is passed over
		"پیک":           "\ufb58\ufbff\ufb8f",                         // Persian
		"می\u200cخواهم": "\ufee3\ufbfd\ufea7\ufeee\ufe8d\ufeeb\ufee2", // a joiner that does not join
		"ب1ب":           "\ufe8f1\ufe8f",
		"بـ":            "\ufe91\u0640",
		"ء":             "\ufe80",
	} {
		if got := f.clean(text); got != want {
			t.Errorf("%q becomes %+q, want %+q", text, got, want)
		}
	}
}

// FuzzVisual: a line has all its letters in whatever order they are seen, and the width
// that was measured for it.
func FuzzVisual(t *testing.F) {
	f := letters(t)
	for _, s := range append(odd, "אבג 12 cd", "مرحبا (12) → שלום", "«אב» [cd] ١٢") {
		t.Add(s)
	}
	t.Fuzz(func(t *testing.T, text string) {
		text = f.clean(text)
		seen := visual(text)
		if a, b := sorted(text), sorted(seen); a != b {
			t.Errorf("%q is seen as %q: %q are not %q", text, seen, b, a)
		}
		if d := f.width(seen, 10) - f.width(text, 10); d > 1e-6 || d < -1e-6 {
			t.Errorf("%q is seen as %q, which is %v wider", text, seen, d)
		}
	})
}

// sorted are the letters of a text in order; a bracket is as its mirror image.
func sorted(text string) string {
	all := []rune(text)
	for i, r := range all {
		if other, ok := brackets[r]; ok {
			all[i] = min(r, other)
		}
	}
	slices.Sort(all)
	return string(all)
}
