package band

import "headroom/analytics/season"

// Table holds the bands of all slots of one day. Its memory is reused by the
// next [Table.Learn].
type Table struct {
	Expected []float64 // NaN: fewer than MinDays values
	Half     []float64 // half-width
	Days     []int     // values that the slot's band stands on

	moments *season.Moments
}

// NewTable returns a table without any band.
func NewTable(slots int) *Table {
	t := &Table{
		Expected: make([]float64, slots),
		Half:     make([]float64, slots),
		Days:     make([]int, slots),
		moments:  season.NewMoments(slots),
	}
	t.finish(0)
	return t
}

// Learn computes the classic bands of a day from the days of g before it, at
// most so many. Rows from day on are not looked at.
func (t *Table) Learn(g *season.Grid, day, days int, width float64) {
	t.moments.Reset()
	first, end := g.Rows(day-days, day)
	for i := first; i < end; i++ {
		t.moments.Add(g.Day(i))
	}
	t.finish(width)
}

func (t *Table) finish(width float64) {
	none := None(0)
	for i := range t.Expected {
		n, mean, sd := t.moments.Slot(i)
		t.Days[i], t.Expected[i], t.Half[i] = n, mean, width*sd
		if n < MinDays {
			t.Expected[i], t.Half[i] = none.Expected, none.Expected
		}
	}
}

// At returns the band of a slot.
func (t *Table) At(slot int) Band {
	return around(t.Expected[slot], t.Half[slot], t.Days[slot])
}
