package order

import (
	"math"
	"testing"
)

func TestNeeded(t *testing.T) {
	f := func(devices int, peak, target float64, want int) {
		t.Helper()
		if got := Needed(devices, peak, target); got != want {
			t.Errorf("Needed(%d, %v, %v) = %d, want %d", devices, peak, target, got, want)
		}
	}
	f(10, 60, 60, 10)
	f(10, 61, 60, 11)
	f(10, 60.000000000000007, 60, 10)
	f(7, 27.3, 60, 4) // 3.185
	f(1, 250, 60, 5)
	f(10, 0, 60, 0)
	f(10, -3, 60, 0)
	f(0, 50, 60, 0)
	f(10, math.NaN(), 60, 0)
	f(10, math.Inf(1), 60, 0)
	f(10, 50, 0, 0)
}

func TestSentence(t *testing.T) {
	f := func(l Line, want string, request int) {
		t.Helper()
		if got := l.Sentence(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if l.Request() != request {
			t.Errorf("request %d, want %d", l.Request(), request)
		}
	}
	f(Line{Devices: 12, Now: 55.04, Slope: 0.3, R2: 0.914, Days: 58, Horizon: 30, Peak: 64, Lower: 59.2, Upper: 68.8, Target: 60},
		"12 devices: the daily peak is 55 % and changes by +0.3 points a day (R² 0.91 over 58 days), "+
			"so in 30 days it is expected at 64 % (59.2 … 68.8); 12 × 64 ÷ 60 makes 13 devices, request 1.", 1)
	f(Line{Devices: 1, Now: 20, Slope: -0.1234, R2: 0.5, Days: 14, Horizon: 1, Peak: 19.88, Lower: 10, Upper: 30, Target: 60},
		"1 device: the daily peak is 20 % and changes by -0.123 points a day (R² 0.5 over 14 days), "+
			"so in 1 day it is expected at 19.9 % (10 … 30); 1 × 19.9 ÷ 60 makes 1 device, request none.", 0)
}
