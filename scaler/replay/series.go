package replay

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Series is the demand of a service.
type Series struct {
	Name   string
	Family string
	Start  time.Time
	Zone   *time.Location
	Busy   []float64 // seconds of work a minute; NaN: unknown
	Ran    []float64 // processes that really ran; nil or NaN: unknown
}

// maxMinutes bounds the memory of a series: eight years.
const maxMinutes = 8 * 366 * 1440

// maxBridge is how many steps may lie between two values with a line between them.
const maxBridge = 3

// Even puts values at Unix seconds, in the order of time, on minutes. Between
// two values of a coarser series the demand goes along a straight line; a longer
// gap is unknown.
func Even(times []int64, values []float64) (start time.Time, minutes []float64, err error) {
	if len(times) < 2 {
		return start, nil, fmt.Errorf("want at least two values, got %d", len(times))
	}
	seconds := stepOf(times)
	first := times[0] / 60
	n := times[len(times)-1]/60 - first + 1
	if n > maxMinutes {
		return start, nil, fmt.Errorf("%d minutes are too long a series, the most are %d", n, maxMinutes)
	}
	minutes = make([]float64, n)
	for i := range minutes {
		minutes[i] = math.NaN()
	}
	last := -1
	for i, v := range values {
		at := int(times[i]/60 - first)
		minutes[at] = v
		if gap := at - last; last >= 0 && gap > 1 && int64(gap)*60 <= maxBridge*seconds {
			for k := last + 1; k < at; k++ {
				part := float64(k-last) / float64(gap)
				minutes[k] = minutes[last]*(1-part) + v*part
			}
		}
		last = at
	}
	return time.Unix(first*60, 0).UTC(), minutes, nil
}

// stepOf is the median distance of values in seconds.
func stepOf(times []int64) int64 {
	steps := make([]int64, 0, len(times))
	for i, t := range times[1:] {
		steps = append(steps, t-times[i])
	}
	slices.Sort(steps)
	return max(60, steps[len(steps)/2])
}

// Scale turns any load into busy seconds: its peak needs so many workers at
// this busy fraction.
func Scale(load []float64, workers int, target float64) []float64 {
	most := 0.0
	for _, v := range load {
		if v > most {
			most = v
		}
	}
	busy := make([]float64, len(load))
	for i, v := range load {
		busy[i] = max(v, 0) / most * float64(workers) * 60 * target
	}
	return busy
}
