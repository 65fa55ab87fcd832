package measure

import (
	"bytes"
	"strconv"
)

// number reads an unsigned number that is all of b. Unlike strconv it takes bytes.
func number(b []byte) (v uint64, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' || v > (1<<64-10)/10 {
			return 0, false
		}
		v = v*10 + uint64(c-'0')
	}
	return v, len(b) > 0
}

// decimal reads a finite number.
func decimal(b []byte) (v float64, ok bool) {
	v, err := strconv.ParseFloat(string(b), 64)
	return v, err == nil && v-v == 0
}

// field cuts the next word off b, at blanks.
func field(b []byte) (word, rest []byte) {
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	if i := bytes.IndexByte(b, ' '); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}

// line cuts the next line off b.
func line(b []byte) (text, rest []byte) {
	text, rest, _ = bytes.Cut(b, []byte{'\n'})
	return bytes.TrimSuffix(text, []byte{'\r'}), rest
}
