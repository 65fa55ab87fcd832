package calibrate

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
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

func TestMiddleIsThatOfSortedValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		for _, kinds := range []int{1, 3, 1 << 30} { // many equal values, few, none
			v := make([]float64, n)
			for i := range v {
				v[i] = float64(rng.IntN(kinds))
			}
			want := math.NaN()
			if sorted := slices.Sorted(slices.Values(v)); n > 0 {
				want = (sorted[(n-1)/2] + sorted[n/2]) / 2
			}
			if got := Middle(v); got != want && n > 0 || n == 0 && got == got {
				t.Fatalf("%d values of %d kinds: %v, want %v", n, kinds, got, want)
			}
		}
	}
}

func BenchmarkMedian(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{14, 288} {
		v := make([]float64, n)
		for i := range v {
			v[i] = rng.Float64()
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				Median(v)
			}
		})
	}
}
