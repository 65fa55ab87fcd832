package simfleet

import "math"

// A shape is the rhythm of a business: the share of its peak load at each five
// minutes of the day, on working days and on weekends.
type shape struct {
	workday, weekend [slots + 1]float64 // the last is the first again
}

const slots = 288

// bump is a rise of load at an hour of the day.
type bump struct{ hour, width, height float64 }

var (
	evening = newShape(0.25, 0.97, bump{12.5, 2.2, 0.35}, bump{18.5, 3, 0.25}, bump{21.5, 1.8, 0.65})
	office  = newShape(0.12, 0.35, bump{10.5, 1.6, 0.85}, bump{15.5, 1.9, 0.8}, bump{20, 1.5, 0.2})
	night   = newShape(0.15, 0.9, bump{2.5, 1.3, 0.85}, bump{5, 0.8, 0.4}, bump{14, 3, 0.1})
	flat    = newShape(0.88, 0.98, bump{14, 6, 0.1})
	weekend = newShape(0.22, 1.35, bump{13, 2.5, 0.2}, bump{20.5, 2.2, 0.5})
)

// newShape adds bumps to a floor and scales the working day's peak to 1;
// ofWeekend is the weekend's load relative to it.
func newShape(floor, ofWeekend float64, bumps ...bump) *shape {
	s := &shape{}
	peak := 0.0
	for i := range s.workday {
		s.workday[i] = floor
		for _, b := range bumps {
			s.workday[i] += b.height * b.at(float64(i%slots)*24/slots)
		}
		peak = max(peak, s.workday[i])
	}
	for i := range s.workday {
		s.workday[i] /= peak
		s.weekend[i] = s.workday[i] * ofWeekend
	}
	return s
}

// at is the bump's share at an hour; a day is a circle.
func (b bump) at(hour float64) float64 {
	d := math.Remainder(hour-b.hour, 24) / b.width
	return math.Exp(-d * d / 2)
}

// at interpolates between the slots. second is that of the local day.
func (s *shape) at(second int64, isWeekend bool) float64 {
	table := &s.workday
	if isWeekend {
		table = &s.weekend
	}
	x := float64(second) * slots / day
	i := int(x)
	return table[i] + (x-float64(i))*(table[i+1]-table[i])
}
