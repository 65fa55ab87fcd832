package search

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"
)

// A place is the number of a document in the index, by which documents of a kind lie in
// the order in which they are shown: first those of no time, the shortest title first,
// then the others by time. So that the first ones of many can be had without looking at
// all of them.
//
//	kind (6 bits) | of a time (1) | seconds since 1970, or runes of the title (34) | number (20)
type place = int64

const (
	numberBits = 20
	orderBits  = 34
	timedBit   = numberBits + orderBits
	kindBit    = timedBit + 1
)

// firstPlace is the lowest place that a document can have; there are 2^numberBits of
// the same order.
func firstPlace(kind int, at time.Time, title string) place {
	order, timed := int64(min(utf8.RuneCountInString(title), 4095)), int64(0)
	if !at.IsZero() {
		order, timed = min(max(at.Unix(), 0), 1<<orderBits-1), 1
	}
	return int64(kind)<<kindBit | timed<<timedBit | order<<numberBits
}

// order is a place without its kind.
func order(p place) int64 { return p & (1<<kindBit - 1) }

// byOrder compares places of documents of any kinds as they are shown.
func byOrder(a, b place) int {
	x, y := order(a), order(b)
	if timed := x >> timedBit; timed != y>>timedBit || timed == 0 {
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	}
	return cmp.Or(cmp.Compare(y, x), cmp.Compare(a, b))
}

// nodesOf are the words by which a document is found at a node of the business tree: one
// for its node and for each above.
func nodesOf(path string) string {
	var b strings.Builder
	for at := path; at != ""; at = at[:max(strings.LastIndexByte(at, '/'), 0)] {
		b.WriteString(nodeWord(at))
		b.WriteByte(' ')
	}
	return b.String()
}

func nodeWord(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:12])
}
