package yamlfile

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bytes is a size: 64MiB, 1GB or a plain number. As in Prometheus, the units
// are powers of 1024 with and without the "i".
type Bytes int64

var byteUnits = []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}

// String writes the size with the largest unit that divides it.
func (b Bytes) String() string {
	unit := 0
	for ; b != 0 && b%1024 == 0 && unit < len(byteUnits)-1; unit++ {
		b /= 1024
	}
	return strconv.FormatInt(int64(b), 10) + byteUnits[unit]
}

// MarshalYAML writes the size with its unit.
func (b Bytes) MarshalYAML() (any, error) { return b.String(), nil }

// UnmarshalYAML reads the size.
func (b *Bytes) UnmarshalYAML(node *yaml.Node) (err error) {
	*b, err = ParseBytes(node.Value)
	return err
}

// ParseBytes reads a size, which must be below 2^63 bytes.
func ParseBytes(s string) (Bytes, error) {
	digits := strings.TrimRight(s, "KMGTPiB")
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, fmt.Errorf("size %q: want a number with B, KiB, MiB, GiB, TiB or PiB", s)
	}
	scale := 1.0
	for _, unit := range byteUnits {
		if suffix := s[len(digits):]; suffix == "" || suffix == unit || suffix == strings.Replace(unit, "i", "", 1) {
			if size := n * scale; size >= 0 && size < 1<<63 {
				return Bytes(size), nil
			}
			return 0, fmt.Errorf("size %q: out of range", s)
		}
		scale *= 1024
	}
	return 0, fmt.Errorf("size %q: unknown unit", s)
}

// Wanted says how it is written.
func (Bytes) Wanted() string { return "a size such as 64MiB" }
