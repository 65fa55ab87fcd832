package band

import "headroom/analytics/season"

// Table holds the bands of all slots of one day. Its memory is reused by the
// next [Table.Learn].
type Table struct {
	Expected []float64 // NaN: fewer than MinDays values
	Half     []float64 // half-width
	Days     []int     // values that the slot's band stands on
}

// NewTable returns a table without any band.
func NewTable(slots int) *Table {
	t := &Table{Expected: make([]float64, slots), Half: make([]float64, slots), Days: make([]int, slots)}
	for slot := range t.Expected {
		t.set(slot, season.Moment{}, 0)
	}
	return t
}

// Learn computes the classic bands of a day from the days of g before it, at
// most so many. Rows from day on are not looked at.
func (t *Table) Learn(g *season.Grid, day, days int, width float64) {
	first, end := g.Rows(day-days, day)
	values := g.Values[:end*g.Slots]
	for slot := range g.Slots {
		var m season.Moment // slot by slot: the sums stay in registers
		for i := first*g.Slots + slot; i < len(values); i += g.Slots {
			m = m.With(values[i])
		}
		t.set(slot, m, width)
	}
}

func (t *Table) set(slot int, m season.Moment, width float64) {
	n, mean, sd := m.Stats()
	t.Days[slot], t.Expected[slot], t.Half[slot] = n, mean, width*sd
	if n < MinDays {
		none := None(n)
		t.Expected[slot], t.Half[slot] = none.Expected, none.Expected
	}
}

// At returns the band of a slot.
func (t *Table) At(slot int) Band {
	return around(t.Expected[slot], t.Half[slot], t.Days[slot])
}
