package report

import (
	"headroom/analytics"
	"headroom/analytics/calibrate"
	"headroom/analytics/ledger"
)

// Accuracy is how good the forecasts were that were about the month before.
type Accuracy struct {
	From   string  `json:"from"` // the first day that they were about, YYYY-MM-DD
	To     string  `json:"to"`
	Level  float64 `json:"level"`      // nominal share inside of the interval
	Band   float64 `json:"band_level"` // the same of the band
	Scores []Score `json:"scores"`     // by task and horizon, as [ledger.Summary] has them; only those of which anything came
}

// Score is how good forecasts of one task and horizon were; errors are relative to
// what came.
type Score struct {
	ledger.Summary
	Median      analytics.Number `json:"median_error"`       // size of the relative error
	NaiveMedian analytics.Number `json:"naive_median_error"` // the same of the naive forecast, where both are known
}

// Scores sums up entries of the ledger as they come; the zero value has none.
type Scores struct {
	tally  ledger.Tally
	errors map[scored]*sizes
}

type scored struct {
	task, horizon string
	replayed      bool
}

type sizes struct{ own, naive []float64 }

// Add counts an entry, of which only its errors are kept.
func (s *Scores) Add(e *ledger.Entry) {
	s.tally.Add(e)
	if !e.Error.Known() {
		return
	}
	if s.errors == nil {
		s.errors = map[scored]*sizes{}
	}
	key := scored{e.Task, e.Horizon, e.Replayed}
	if s.errors[key] == nil {
		s.errors[key] = &sizes{}
	}
	of := s.errors[key]
	of.own = append(of.own, float64(max(e.Error, -e.Error)))
	if e.NaiveError.Known() {
		of.naive = append(of.naive, float64(max(e.NaiveError, -e.NaiveError)))
	}
}

// Accuracy returns what was counted, of the days from … to; nil if nothing came yet.
func (s *Scores) Accuracy(from, to string) *Accuracy {
	a := &Accuracy{From: from, To: to, Level: ledger.Level, Band: ledger.BandLevel}
	for _, sum := range s.tally.Summaries() {
		if sum.Scored == 0 {
			continue
		}
		score := Score{Summary: sum, Median: analytics.Unknown(), NaiveMedian: analytics.Unknown()}
		if of := s.errors[scored{sum.Task, sum.Horizon, sum.Replayed}]; of != nil {
			score.Median, score.NaiveMedian = median(of.own), median(of.naive)
		}
		a.Scores = append(a.Scores, score)
	}
	if len(a.Scores) == 0 {
		return nil
	}
	return a
}

func median(values []float64) analytics.Number { return analytics.Number(calibrate.Median(values)) }
