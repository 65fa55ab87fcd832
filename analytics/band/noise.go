package band

import (
	"math"
	"slices"
)

const (
	// noiseDays is the number of days that make the mean of a time of day.
	noiseDays = 13
	// recentValues is how many values the recent mean remembers, and recentShare
	// the part of it that the mean has at least.
	recentValues = 300
	recentShare  = 0.85
)

// Noise is the mean size of what a load is off by, over the day and lately. It
// takes 3 KiB for days of minutes.
type Noise struct {
	slots, per    int       // slots of a day, of a bin
	scale, smooth []float32 // mean by bin; pooled over the bins around
	counts        []uint8   // values in it
	recent        float64
	values        float64 // in recent, at most recentValues
}

// NewNoise starts on a load of which nothing is known, with days of so many slots.
func NewNoise(slots int) *Noise {
	n := bins(slots)
	return &Noise{slots: slots, per: binSlots(slots), scale: make([]float32, n), smooth: unknown(n), counts: make([]uint8, n), recent: math.NaN()}
}

// bin of a slot.
func (n *Noise) bin(slot int) uint32 { return uint32(slot) / uint32(n.per) }

// Mean returns the mean size at a slot, NaN if nothing was seen.
func (n *Noise) Mean(slot int) float64 {
	mean := max(float64(n.smooth[n.bin(slot)]), recentShare*n.recent)
	if mean != mean {
		return n.recent
	}
	return mean
}

// Add learns from the size at a slot.
func (n *Noise) Add(slot int, size float64) {
	if n.recent != n.recent {
		n.recent = size
	}
	n.values = min(n.values+1, recentValues)
	n.recent += (size - n.recent) / n.values
	bin := n.bin(slot)
	n.counts[bin] = uint8(min(int(n.counts[bin])+1, noiseDays*n.per))
	n.scale[bin] += (float32(size) - n.scale[bin]) / float32(n.counts[bin])
}

// Turn begins a day: what was learned of the times of day counts from now on.
func (n *Noise) Turn() {
	raw := unknown(len(n.scale))
	for b, count := range n.counts {
		if count > 0 {
			raw[b] = n.scale[b]
		}
	}
	smoothMean(n.smooth, raw, 1, spreadReach/(slotMinutes(n.slots)*n.per))
}

// Clone returns a copy of its own.
func (n *Noise) Clone() *Noise {
	out := *n
	out.scale, out.smooth, out.counts = slices.Clone(n.scale), slices.Clone(n.smooth), slices.Clone(n.counts)
	return &out
}
