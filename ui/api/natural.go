package api

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"headroom/storage/fleet"
)

// comparePaths orders paths as people read them, name by name; a node stands before
// what lies below it.
func comparePaths(a, b fleet.Path) int { return slices.CompareFunc(a, b, compareNames) }

// compareNames orders names with their numbers by value, so that SET_W9 stands before
// SET_W10, and letters whatever their case. Names that differ are never equal.
func compareNames(a, b string) int {
	for x, y := a, b; x != "" && y != ""; {
		m, n := digits(x), digits(y)
		if m > 0 && n > 0 {
			if c := compareDigits(x[:m], y[:n]); c != 0 {
				return c
			}
		} else {
			var r, s rune
			r, m = utf8.DecodeRuneInString(x)
			s, n = utf8.DecodeRuneInString(y)
			if c := cmp.Compare(unicode.ToLower(r), unicode.ToLower(s)); c != 0 {
				return c
			}
		}
		if x, y = x[m:], y[n:]; x == "" || y == "" {
			return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
		}
	}
	return cmp.Compare(len(a), len(b))
}

// digits returns how many digits a text begins with.
func digits(s string) (n int) {
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// compareDigits compares numbers of any length by value.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
