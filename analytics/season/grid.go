package season

import "math"

// Grid is days × slots of one value each; NaN: not measured.
type Grid struct {
	First  int       // day of row 0, days since 1970-01-01
	Slots  int       // values a day
	Values []float64 // row after row
}

// NewGrid returns a grid of so many days from first on, nothing measured.
func NewGrid(first, days, slots int) *Grid {
	g := &Grid{First: first, Slots: slots, Values: make([]float64, days*slots)}
	for i := range g.Values {
		g.Values[i] = math.NaN()
	}
	return g
}

// Days returns the number of rows.
func (g *Grid) Days() int { return len(g.Values) / g.Slots }

// Day returns row i: the values of the day First + i. It shares the grid's memory.
func (g *Grid) Day(i int) []float64 { return g.Values[i*g.Slots : (i+1)*g.Slots : (i+1)*g.Slots] }

// Rows returns the rows of the days from ≤ day < to, as far as the grid has them.
func (g *Grid) Rows(from, to int) (first, end int) {
	first = min(max(0, from-g.First), g.Days())
	return first, max(first, min(g.Days(), to-g.First))
}

// Column appends the values of one slot to dst, oldest first, gaps as NaN.
func (g *Grid) Column(dst []float64, slot int) []float64 {
	for i := slot; i < len(g.Values); i += g.Slots {
		dst = append(dst, g.Values[i])
	}
	return dst
}
