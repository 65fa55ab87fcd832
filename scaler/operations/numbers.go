package operations

import (
	"time"

	"headroom/analytics"
)

// Numbers are what happened in a time.
type Numbers struct {
	Changes  Changes  `json:"changes"`
	Heals    Heals    `json:"heals"`
	Alarms   Alarms   `json:"alarms"`
	Requests Requests `json:"requests"`
	Scaling  Scaling  `json:"scaling"`
	Peaks    Accuracy `json:"peaks"` // forecasts of a day's peak made at noon
	Bands    Accuracy `json:"bands"` // of the next minute
}

// Changes are runs of flows that have ended, dry ones left out: one that waits for a
// person counts once it is over.
type Changes struct {
	Runs        int              `json:"runs"`
	Done        int              `json:"done"`
	Failed      int              `json:"failed"`
	Canceled    int              `json:"canceled"`
	People      int              `json:"people"` // started by a person, or for a request of one
	System      int              `json:"system"` // by schedules, scaling and healing
	Sources     Sources          `json:"sources"`
	MeanSeconds analytics.Number `json:"mean_seconds"` // from creation to end
}

// Sources are what has started runs.
type Sources struct {
	Person   int `json:"person"`
	Request  int `json:"request"`
	Schedule int `json:"schedule"`
	Scaler   int `json:"scaler"`
	Heal     int `json:"heal"`
}

// Heals are actions about alarms that were started, dry runs left out.
type Heals struct {
	Started   int `json:"started"`
	Done      int `json:"done"`
	Failed    int `json:"failed"`
	Helped    int `json:"helped"`
	HelpedNot int `json:"helped_not"`
}

// Alarms are episodes that were received, and what became of them.
type Alarms struct {
	Received int `json:"received"`
	Notified int `json:"notified"`
	Folded   int `json:"folded"`
	Muted    int `json:"muted"`
	Healed   int `json:"healed"`
	Resolved int `json:"resolved"`
	Waiting  int `json:"waiting"`
}

// Requests are what people asked for: each step counts on the day on which it was.
type Requests struct {
	Opened                int              `json:"opened"`
	Approved              int              `json:"approved"`
	Done                  int              `json:"done"`
	Failed                int              `json:"failed"`
	Rejected              int              `json:"rejected"`
	Canceled              int              `json:"canceled"`
	MeanSecondsToApproval analytics.Number `json:"mean_seconds_to_approval"` // from opening
	MeanSecondsToDone     analytics.Number `json:"mean_seconds_to_done"`     // likewise
}

// Scaling are decisions on numbers of workers that are kept: those that differ from the
// one before. Out, In and Hold add up to them.
type Scaling struct {
	Decisions int `json:"decisions"`
	Out       int `json:"out"`
	In        int `json:"in"`
	Hold      int `json:"hold"`
}

// Accuracy is how right forecasts were of which the truth is in; those made later from
// history are left out.
type Accuracy struct {
	Scored int              `json:"scored"`
	Error  analytics.Number `json:"error"`  // mean size of the relative error
	Inside analytics.Number `json:"inside"` // share inside of the interval; of bands: of the minutes
}

// numbers are what a tally tells; means of nothing are unknown.
func (t *tally) numbers() Numbers {
	n := &t.n
	return Numbers{
		Changes: Changes{
			Runs: n[runs], Done: n[runsDone], Failed: n[runsFailed], Canceled: n[runsCanceled],
			People:  n[byPerson] + n[byRequest],
			System:  n[runs] - n[byPerson] - n[byRequest],
			Sources: Sources{n[byPerson], n[byRequest], n[bySchedule], n[byScaler], n[byHeal]}, MeanSeconds: mean(t.took, n[runs]),
		},
		Heals:  Heals{n[heals], n[healsDone], n[healsFailed], n[helped], n[helpedNot]},
		Alarms: Alarms{n[alarms], n[notified], n[folded], n[muted], n[healed], n[resolved], n[waiting]},
		Requests: Requests{
			n[opened], n[approved], n[requestsDone], n[requestsFailed], n[rejected], n[canceled],
			mean(t.toApproval, n[approved]), mean(t.toDone, n[requestsDone]),
		},
		Scaling: Scaling{n[decisions], n[out], n[in], n[hold]},
		Peaks:   t.peaks.told(), Bands: t.bands.told(),
	}
}

func mean(sum time.Duration, n int) analytics.Number {
	if n == 0 {
		return analytics.Unknown()
	}
	return analytics.Number(sum.Seconds() / float64(n))
}
