package calibrate

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

var nan = math.NaN()

func TestMedian(t *testing.T) {
	f := func(want float64, values ...float64) {
		t.Helper()
		if got := Median(values); got != want {
			t.Errorf("median of %v: %v, want %v", values, got, want)
		}
	}
	f(2, 3, nan, 1, 2)
	f(2.5, 4, 1, 3, 2)
	if got := Median([]float64{nan}); got == got {
		t.Errorf("median of nothing: %v", got)
	}
}

// However wild one error is, it counts as c times the usual.
func TestSpreadTrims(t *testing.T) {
	s, n := Spread([]float64{1, -1, 1, -1, 1e9, nan}, 3)
	if want := math.Sqrt(13.0 / 5); n != 5 || math.Abs(s-want) > 1e-12 {
		t.Errorf("%v of %d, want %v of 5", s, n, want)
	}
}

// The expansion against Student's quantile itself.
func TestStudent(t *testing.T) {
	for _, n := range []int{8, 15, 28} {
		want := distuv.StudentsT{Sigma: 1, Nu: float64(n)}.Quantile(0.975)
		if got := Student(1.959964, n); math.Abs(got/want-1) > 0.03 {
			t.Errorf("%d errors: %v, want %v", n, got, want)
		}
	}
}
