package storage

import (
	"hash/maphash"
	"math/bits"
)

// Hash tells series apart by their labels, whose order matters. It is the same as long
// as this process runs, for the same seed.
func Hash(seed maphash.Seed, labels []Label) uint64 {
	const odd = 0x9E3779B97F4A7C15 // 2⁶⁴ ÷ golden ratio: spreads all bits
	var h uint64
	for i := range labels {
		h = (bits.RotateLeft64(h, 5) ^ maphash.String(seed, labels[i].Name)) * odd
		h = (bits.RotateLeft64(h, 5) ^ maphash.String(seed, labels[i].Value)) * odd
	}
	return h ^ h>>32
}
