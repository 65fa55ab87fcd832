package detect

import "math"

const (
	// News is how strong the beginning of an alarm must be, as a share of the
	// strongest one before, which fades by a factor of e in NewsMinutes.
	News        = 0.7
	NewsMinutes = 24 * 60

	// longest bounds what is remembered: a leap off a constant, which is as strong as
	// can be, makes others no news for less than five days.
	longest = 1000

	// Gone values in a row, each below GoneShare of what is expected and stronger
	// than GoneStrength, are a load that has gone away.
	Gone         = 4
	GoneShare    = 0.3
	GoneStrength = 4
)

// onset tells which values an alarm begins with.
type onset struct {
	strongest float64 // of the beginnings, at the minute of the last one
	minute    int
	gone      int  // values in a row without load
	runs      bool // no value was inside since one began
}

// left is what is left of the strongest beginning at a minute.
func (o *onset) left(minute int) float64 {
	return o.strongest * math.Exp(-float64(minute-o.minute)/NewsMinutes)
}

// see tells whether an alarm begins with a value; large tells whether it is far
// enough out for anybody's concern.
func (o *onset) see(p *Parts, strength, v float64, minute int, large bool) (begins bool) {
	o.gone++
	if v >= GoneShare*p.Expected() || strength <= GoneStrength {
		o.gone = 0
	}
	sure := strength > Sure*p.Threshold && strength > News*o.left(minute)
	begins = large && !o.runs && (sure || o.gone >= Gone)
	if begins {
		o.strongest, o.minute = min(max(o.left(minute), strength), longest), minute
	}
	o.runs = begins || o.runs && (strength > p.Threshold || o.gone > 0)
	return begins
}
