package heal

import (
	"strings"
	"unicode/utf8"
)

// maxOutput is how much of an action's output is kept: its end.
const maxOutput = 4 << 10

// tail keeps the end of what is written to it.
type tail struct {
	kept []byte
	cut  bool
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - maxOutput; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
		t.cut = true
	}
	return len(p), nil
}

// String returns the end as text.
func (t *tail) String() string {
	text := t.kept
	for t.cut && len(text) > 0 && !utf8.RuneStart(text[0]) {
		text = text[1:]
	}
	s := strings.ToValidUTF8(strings.ReplaceAll(string(text), "\x00", "�"), "�")
	if t.cut {
		return "…" + s
	}
	return s
}

// lastLine is the last line that says something.
func lastLine(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	return shorten(strings.TrimSpace(lines[len(lines)-1]), 200)
}

// shorten cuts a text to about n bytes.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
