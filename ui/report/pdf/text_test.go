package pdf

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func letters(t testing.TB) *face {
	t.Helper()
	f, err := loadFace()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestLinesBreakAsTheirScriptDoes(t *testing.T) {
	f := letters(t)
	check := func(text string, width float64, want ...string) {
		t.Helper()
		if got := f.lines(f.clean(text), 10, width); !slices.Equal(got, want) {
			t.Errorf("%q is broken into %q, want %q", text, got, want)
		}
	}
	check("需要申请设备", 30.1, "需要申", "请设备")
	check("需要申请。设备", 40.1, "需要申", "请。设备")
	check("需要（申请）设备", 30.1, "需要", "（申", "请）设", "备")
	check("load of 87\u00a0% is high", 52, "load of", "87\u00a0% is", "high")
	check("one two  three", 50, "one two", "three")
	check("Qzone/dispatch", 45, "Qzone/", "dispatch")
	check("on 2026-11-28.", 58, "on", "2026-11-28.")
	check("aaaaaaaaaaaaaaaa", 30, "aaaaa", "aaaaa", "aaaaa", "a")
	check("", 10)
	check(" ", 10)
}

func TestLongTextsLoseTheirMiddle(t *testing.T) {
	f := letters(t)
	long := "Qzone → " + strings.Repeat("很长的名字", 40) + " SET_W13"
	lines := f.wrap(long, 10, 200, 2)
	if whole := strings.Join(lines, ""); len(lines) != 2 || !strings.HasPrefix(whole, "Qzone → ") || !strings.HasSuffix(whole, "SET_W13") || !strings.Contains(whole, "…") {
		t.Errorf("%q", lines)
	}
	for _, line := range lines {
		if w := f.width(line, 10); w > 200 || w < 150 {
			t.Errorf("%q is %v wide", line, w)
		}
	}
	if s := f.one("SET_W13", 10, 200); s != "SET_W13" {
		t.Errorf("%q", s)
	}
}

func TestCleanTexts(t *testing.T) {
	f := letters(t)
	for text, want := range map[string]string{
		" a\n\tb\x00 c ": "a b c", "a 😀": "a [U+1F600]", "👩\u200d🚀x\ufe0f 𝟙": "[U+1F469 U+1F680]x [U+1D7D9]", "של": "של", "\u0e01": "[U+0E01]", "a\u200bb\ufe0f": "ab", "day’s ‘x’": "day's ‘x'", "“引号”": "“引号”", "\xff": "\ufffd", "100\u00a0%": "100\u00a0%",
	} {
		if got := f.clean(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// The font has all letters of GB 2312, and figures of one width.
func TestTheFontHasWhatIsWritten(t *testing.T) {
	f := letters(t)
	for r := '一'; r <= '龥'; r++ {
		if !f.has(r) {
			t.Fatalf("no %c", r)
		}
	}
	for _, r := range "0123456789" {
		if f.em[r] != f.em['0'] {
			t.Errorf("%c has another width", r)
		}
	}
	for _, r := range "−–×÷→²…·○●£€¥“”（），。；：、" {
		if !f.has(r) {
			t.Errorf("no %c", r)
		}
	}
}

// FuzzLines: broken into lines, a text is whole but for spaces, no line is too wide,
// and none begins or ends with what may not stand there, where there is another place.
func FuzzLines(t *testing.F) {
	f := letters(t)
	for _, s := range append(odd, "需要申请。设备", "a b c", "现有 2,500 台设备，日峰值 58.0%，每天上升 0.25 个百分点；预计") {
		t.Add(s, 40.0)
	}
	t.Fuzz(func(t *testing.T, text string, width float64) {
		if !(width > 0 && width < 1e4) {
			return
		}
		text = f.clean(text)
		if !utf8.ValidString(text) {
			t.Fatalf("%q", text)
		}
		lines := f.lines(text, 8, width)
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := bare(strings.Join(lines, "")); got != bare(text) {
			t.Fatalf("%q became %q", text, lines)
		}
		for i, line := range lines {
			if line == "" || utf8.RuneCountInString(line) > 1 && f.width(line, 8) > width {
				t.Fatalf("line %q of %q is wider than %v", line, text, width)
			}
			if i > 0 {
				rightPlace(t, []rune(lines[i-1]), []rune(line))
			}
		}
		for most := 1; most < 4; most++ {
			if n := len(f.wrap(text, 8, width, most)); n > most {
				t.Fatalf("%d lines of %q", n, text)
			}
		}
	})
}

// rightPlace fails if a line was ended where that is forbidden though it could have
// ended before.
func rightPlace(t *testing.T, line, next []rune) {
	t.Helper()
	if !forbidden([]rune{line[len(line)-1], next[0]}, 1) {
		return
	}
	for i := 2; i < len(line); i++ {
		if !forbidden(line, i) {
			t.Fatalf("a line ends between %q and %q", string(line), string(next))
		}
	}
}

func TestABrokenFontIsSaid(t *testing.T) {
	collection := binary.BigEndian.AppendUint32([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01"), 16)
	collection = append(collection, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
	for _, b := range [][]byte{nil, []byte("OTTO and some more"), collection[:16], collection, append(slices.Clone(collection), "glyf\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff"...)} {
		if err := new(face).add(b); err == nil {
			t.Errorf("%q is a font", b)
		}
	}
	if _, err := allWidths(make([]byte, 7), 1, 3); err == nil {
		t.Error("a list that is cut off")
	}
	if got, _ := allWidths([]byte{1, 2, 3, 4, 5, 6}, 1, 2); !slices.Equal(got, []byte{1, 2, 3, 4, 1, 2, 5, 6}) {
		t.Errorf("%v", got)
	}
}
