package detect

import "slices"

const (
	calmDays = 14
	// around is how many values before an alarm, and after it, are no calm: they
	// are its flanks.
	around = 5
)

// calm learns how strong the strongest value of a day is when nothing happens.
type calm struct {
	threshold float64
	largest   []float64       // strength of the last days, oldest first
	day       float64         // of the day so far
	newest    [around]float64 // strengths that an alarm may yet follow
	next      int             // where the oldest of them is
	skip      int             // values still to come that are flanks
	seen      bool            // a value of the day
}

func newCalm() calm { return calm{threshold: Least} }

// see enters a strength; those beyond alarm are left out.
func (c *calm) see(strong, alarm float64) {
	c.seen = true
	switch {
	case strong > alarm:
		c.newest, c.skip = [around]float64{}, around
	case c.skip > 0:
		c.skip--
	default:
		c.day = max(c.day, c.newest[c.next])
		c.newest[c.next] = strong
		c.next = (c.next + 1) % around
	}
}

// turn begins a day and sets the threshold; false if there was none before it.
func (c *calm) turn() bool {
	if !c.seen {
		return false
	}
	if len(c.largest) == calmDays {
		c.largest = slices.Delete(c.largest, 0, 1)
	}
	c.largest, c.day, c.seen = append(c.largest, c.day), 0, false
	var sorted [calmDays]float64
	days := sorted[:copy(sorted[:], c.largest)]
	slices.Sort(days)
	c.threshold = max(Least, DayShare*days[(len(days)-1)/2])
	return true
}
