package analytics

import (
	"math"

	"headroom/analytics/growth"
	"headroom/analytics/peak"
	"headroom/analytics/season"
)

const peakDays = peak.HistoryDays

// fullLimit is how many days ahead a node's filling up is looked for.
const fullLimit = 730

// learned is what the days before one local day tell about a node. It is not
// changed once it is published. The zero value knows nothing.
type learned struct {
	peaks []float64 // daily peaks of the growth window, oldest first, NaN missing
	have  int       // peaks that are there
	line  growth.Line
	lined bool // there were enough peaks for the line

	classic classicDay
	did     ordinary // what the calibrated model learned from is not as it was stored
	peak    *peak.Outlook

	peakBy     forecaster // of the calibrated model: peak, or a simpler one
	peakModel  string     // its name
	peakReason string     // why; empty: nothing was compared

	growth *growth.Calibrated // nil: too few peaks; with the events to come
	reach  growth.Reach       // of growth; to look for it takes longer than all else of a minute
}

// learn computes everything that a day cannot change any more; if it has to be
// quick, for the classic model alone.
func (m *Model) learn(h *history, day int, quick bool) *learned {
	k := &learned{}
	k.classic.setBand(m, h.grid, day)
	five := fiveMinutes(h.grid, day-m.historyDays(), day)
	defer fiveGrids.Put(five)
	k.classic.peak = peak.Learn(five, day)
	k.peaks = dailyPeaks(five, day-m.GrowthDays, day)
	for _, p := range k.peaks {
		if !math.IsNaN(p) {
			k.have++
		}
	}
	if line, err := growth.Fit(k.peaks, growth.MinDays); err == nil {
		k.line, k.lined = line, true
		k.classic.reach = line.Full(m.TargetLoad, fullLimit, m.Level)
	}
	if !quick {
		k.calibrate(m, h, five, day)
	}
	return k
}

// calibrate computes what the calibrated model learns. It makes the history one of
// ordinary days, and leaves it so.
func (k *learned) calibrate(m *Model, h *history, five *season.Grid, day int) {
	if k.did = h.ordinary(m, day); k.did.any() {
		for i := range five.Days() {
			season.FiveMinuteMeans(five.Day(i), h.grid.Day(five.First-h.grid.First+i))
		}
	}
	clean := peak.Clean(five, day)
	defer peak.Release(clean)
	k.peak = peak.LearnDay(five, clean, day)
	k.choosePeak(m, h.node.ID, five, day)
	if c, err := growth.Calibrate(dailyPeaks(clean, day-m.GrowthDays, day)); err == nil {
		k.grow(m, c.Times(m.factors(h.node.Path, day-1)...))
	}
}

// grow sets what the node grows to.
func (k *learned) grow(m *Model, c *growth.Calibrated) {
	k.growth, k.reach = c, c.Full(m.TargetLoad, fullLimit, m.Level)
}

// fiveMinutes returns the five-minute means of the days from ≤ day < to.
func fiveMinutes(g *season.Grid, from, to int) *season.Grid {
	first, end := g.Rows(from, to)
	five := gridOf(&fiveGrids, g.First+first, end-first, season.SlotsPerDay)
	for i := range end - first {
		season.FiveMinuteMeans(five.Day(i), g.Day(first+i))
	}
	return five
}

// dailyPeaks returns the peaks of the days from ≤ day < to, NaN for days that
// the grid lacks or that were not measured enough.
func dailyPeaks(five *season.Grid, from, to int) []float64 {
	peaks := make([]float64, to-from)
	for i := range peaks {
		peaks[i] = math.NaN()
		if row := from + i - five.First; row >= 0 && row < five.Days() {
			peaks[i] = season.Peak(five.Day(row), growth.FullShare)
		}
	}
	return peaks
}
