package backfill

import "math"

// steps counts the distances between measured minutes; 60 stands for an hour
// and more.
type steps [61]int

func (s *steps) count(n int, measured func(i int) bool) {
	last := -1
	for i := range n {
		if !measured(i) {
			continue
		}
		if last >= 0 {
			s[min(i-last, 60)]++
		}
		last = i
	}
}

// usual is the most frequent distance, lowered to one that divides an hour so
// that the minutes of different days line up; 1 without any.
func (s *steps) usual() int {
	step := 1
	for d := range s {
		if s[d] > s[step] {
			step = d
		}
	}
	for 60%step != 0 {
		step--
	}
	return step
}

// hold lets each value stand for step minutes, up to the next.
func hold(x []float64, step int) {
	last, age := math.NaN(), 0
	for i, v := range x {
		if age++; !math.IsNaN(v) {
			last, age = v, 0
		} else if age < step {
			x[i] = last
		}
	}
}
