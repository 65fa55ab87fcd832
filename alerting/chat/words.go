package chat

import (
	"unicode/utf8"
)

// shorten cuts a text to n bytes or a few less.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n -= len("…"); n > 0 && !utf8.RuneStart(s[n]); {
		n--
	}
	return s[:max(n, 0)] + "…"
}
