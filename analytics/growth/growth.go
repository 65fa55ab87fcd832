// Package growth fits how a load's daily peak grows, and says when it reaches a
// limit.
//
// The input is one peak a day, oldest first; a day without one is NaN and left
// out. The line is that of ordinary least squares, with x in days and x = 0 on
// the last day of the input:
//
//	b  = Σ (x − x̄)(y − ȳ) / Sxx            slope per day
//	a  = ȳ − b·x̄                           value on the last day
//	R² = 1 − Σ (y − a − b·x)² / Σ (y − ȳ)²
//	s² = Σ (y − a − b·x)² / (n − 2)
//
// and the prediction interval of the peak h days later
//
//	a + b·h ± t(n−2) · s · √( 1 + 1/n + (h − x̄)² / Sxx )
//
// with the quantile of Student's t for the level. It holds for residuals that
// are independent and normal; daily peaks often are neither, so treat it as the
// least that is to be expected.
package growth

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/stat/distuv"
)

const (
	// Days is how many days the line looks back unless configured.
	Days = 60
	// MinDays is the least number of daily peaks that make a line.
	MinDays = 14
	// FullShare is the share of its slots that must have been measured for a
	// day's peak to count.
	FullShare = 0.8
)

// TooFewError tells that there are too few daily peaks for a line.
type TooFewError struct{ Have, Want int }

func (e *TooFewError) Error() string {
	return fmt.Sprintf("%d days with a peak, %d are needed", e.Have, e.Want)
}

// Line is a straight line through daily peaks. Copy it freely.
type Line struct {
	Slope     float64 // per day
	Intercept float64 // value on the last day of the input
	R2        float64 // share of the variance that the line explains; 0 for a flat input
	SD        float64 // standard deviation s of the peaks round the line
	N         int     // peaks that the line stands on

	mean, sxx float64 // x̄ and Sxx
}

// Fit lays a line through peaks, one a day, NaN where there is none. With fewer
// than least of them (or than 3) the error is a *[TooFewError].
func Fit(peaks []float64, least int) (Line, error) {
	var n, mx, my, sxx, sxy, syy float64
	for i, y := range peaks {
		if y != y {
			continue
		}
		x := float64(i - len(peaks) + 1)
		n++
		dx, dy := x-mx, y-my
		mx += dx / n
		my += dy / n
		sxx += dx * (x - mx)
		sxy += dx * (y - my)
		syy += dy * (y - my)
	}
	if want := max(3, least); int(n) < want {
		return Line{}, &TooFewError{Have: int(n), Want: want}
	}
	slope := sxy / sxx
	rest := max(0, syy-slope*sxy) // rounding can bring it below 0
	l := Line{Slope: slope, Intercept: my - slope*mx, N: int(n), SD: math.Sqrt(rest / (n - 2)), mean: mx, sxx: sxx}
	if syy > 0 {
		l.R2 = 1 - rest/syy
	}
	return l, nil
}

// Value is the line's value h days after the last day of the input.
func (l Line) Value(h float64) float64 { return l.Intercept + l.Slope*h }

// margin is the half-width of the prediction interval at h for a quantile of t.
func (l Line) margin(h, t float64) float64 {
	d := h - l.mean
	return t * l.SD * math.Sqrt(1+1/float64(l.N)+d*d/l.sxx)
}

// t is the two-sided quantile of Student's t for the line's residuals.
func (l Line) t(level float64) float64 {
	key := quantile{l.N - 2, level}
	if t, ok := quantiles.Load(key); ok {
		return t.(float64)
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(key.freedom)}.Quantile((1 + level) / 2)
	quantiles.Store(key, t)
	return t
}

// quantiles keeps the quantiles of Student's t that were asked for: one takes
// 50 µs, and a fleet's lines share a few dozen.
var quantiles sync.Map // of quantile to float64

type quantile struct {
	freedom int
	level   float64
}

// At returns the line and its prediction interval h days after the last day.
func (l Line) At(h int, level float64) (value, lower, upper float64) {
	value, half := l.Value(float64(h)), l.margin(float64(h), l.t(level))
	return value, value - half, value + half
}

// Highest returns the day of the next horizon days on which the line is highest.
func (l Line) Highest(horizon int) (h int) {
	if l.Slope < 0 {
		return 1
	}
	return horizon
}

// Max returns the line and its interval on the highest day of the horizon.
// That is one day's interval: the largest of several days can well lie above.
func (l Line) Max(horizon int, level float64) (value, lower, upper float64) {
	return l.At(l.Highest(horizon), level)
}
