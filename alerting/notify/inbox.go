package notify

import (
	"sync"

	"headroom/storage/state"
)

// maxReports is how many reports wait for the stage's next run. Those beyond it are
// read from the state database then.
const maxReports = 10_000

// report is what the dispatcher's goroutines tell the stage: one of its fields.
type report struct {
	delivered *state.Notification
	failed    *state.Notification
	through   *through
}

// through says that a receiver's group went out with the ends of alarms in it, so
// that nothing more will come of them there.
type through struct {
	receiver string
	ended    []string // ids
}

// inbox is where reports wait for the pipeline's goroutine.
type inbox struct {
	call    func() // asks the pipeline to run soon
	limit   int    // of reports
	metrics *metrics

	mu      sync.Mutex // protects the fields below
	reports []report
	missed  bool // some are in the database only
}

func (i *inbox) add(r report) {
	i.mu.Lock()
	if len(i.reports) < i.limit {
		i.reports = append(i.reports, r)
	} else {
		i.missed = i.missed || r.delivered != nil
		i.metrics.overflow.Inc()
	}
	i.mu.Unlock()
	i.wake()
}

func (i *inbox) wake() { i.call() }

// lost counts a notification without a record.
func (i *inbox) lost() { i.metrics.unkept.Inc() }

// miss has what is in the database read again.
func (i *inbox) miss() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.missed = true
}

// take returns the reports that wait, and whether some must be read from the
// database.
func (i *inbox) take() ([]report, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	reports, missed := i.reports, i.missed
	i.reports, i.missed = nil, false
	return reports, missed
}

func (i *inbox) waiting() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.reports)
}
