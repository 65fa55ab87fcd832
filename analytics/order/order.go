// Package order turns a forecast load into a number of devices, and says why.
//
// The load of a module is the mean over its devices in percent of a device, so
// the work of its peak is devices × peak. Spread over devices that may be loaded
// to target percent that takes
//
//	needed  = ⌈ devices × peak ÷ target ⌉
//	request = max(0, needed − devices)
package order

import (
	"fmt"
	"math"
	"strconv"
)

// Line is one line of the expansion report. Loads are percent of a device.
type Line struct {
	Devices int     // now
	Now     float64 // the daily peak on the line, today
	Slope   float64 // percentage points a day
	R2      float64 // of the line
	Days    int     // daily peaks that it stands on
	Horizon int     // days ahead
	Peak    float64 // forecast at the horizon
	Lower   float64 // its interval
	Upper   float64
	Target  float64 // load at which a device counts as full
}

// Needed returns how many devices hold the peak at the target load. It is 0
// when one of the numbers is unknown (NaN), and where there is no load.
func Needed(devices int, peak, target float64) int {
	want := float64(devices) * peak / target
	// A load that was 60.000000000000007 by rounding needs no further device.
	want = math.Ceil(want - 1e-9*math.Abs(want))
	if !(want > 0) || !(target > 0) || want > math.MaxInt32 {
		return 0
	}
	return int(want)
}

// Needed returns how many devices hold the forecast peak.
func (l Line) Needed() int { return Needed(l.Devices, l.Peak, l.Target) }

// Request returns how many devices to order.
func (l Line) Request() int { return max(0, l.Needed()-l.Devices) }

// Sentence says what to order and why, with its numbers.
func (l Line) Sentence() string {
	peak := peakText(l.Devices, l.Peak, l.Target)
	return fmt.Sprintf("%s: the daily peak is %s %% and changes by %s points a day (R² %s over %s), "+
		"so in %s it is expected at %s %% (%s … %s); %d × %s ÷ %s makes %s, %s.",
		devices(l.Devices), num(l.Now, 1), signed(l.Slope), num(l.R2, 2), days(l.Days),
		days(l.Horizon), peak, num(l.Lower, 1), num(l.Upper, 1),
		l.Devices, peak, num(l.Target, 1), devices(l.Needed()), l.advice())
}

func (l Line) advice() string {
	if n := l.Request(); n > 0 {
		return fmt.Sprintf("request %d", n)
	}
	return "request none"
}

func devices(n int) string { return count(n, "device") }

func days(n int) string { return count(n, "day") }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// peakText writes a peak with one decimal, or with as many as show why it takes so
// many devices.
func peakText(have int, peak, target float64) string {
	for decimals := 1; decimals < 6; decimals++ {
		scale := math.Pow10(decimals)
		if Needed(have, math.Round(peak*scale)/scale, target) == Needed(have, peak, target) {
			return num(peak, decimals)
		}
	}
	return num(peak, 6)
}

// num writes v with so many decimals at most, without trailing zeros.
func num(v float64, decimals int) string {
	scale := math.Pow10(decimals)
	return strconv.FormatFloat(math.Round(v*scale)/scale, 'f', -1, 64)
}

func signed(v float64) string {
	s := num(v, 3)
	if v > 0 {
		return "+" + s
	}
	return s
}
