package ingest

import "fmt"

// A reason tells why a sample was not kept.
type reason uint8

const (
	malformed reason = iota
	unknownValue
	tooOld
	tooNew
	noName
	tooManyLabels
	labelTooLong
	invalidLabel
	duplicateLabel
	seriesLimit
	metricLimit
	senderLimit
	nativeHistogram
	refusedByStore
	badBatch
	reasons // how many there are
)

// The values of the label "reason".
var reasonNames = [reasons]string{
	"malformed", "nan", "too_old", "too_new", "no_name", "too_many_labels", "label_too_long",
	"invalid_label", "duplicate_label", "series_limit", "metric_series_limit", "sender_series_limit",
	"native_histogram", "refused_by_store", "bad_batch",
}

func (r reason) String() string { return reasonNames[r] }

// tally counts what became of a request's samples.
type tally struct {
	kept    int
	refused [reasons]int
	first   error // why the first of them was refused
}

// refuse counts n samples that are not kept. Only the first error is shown to
// the sender, so why is called only for that one.
func (t *tally) refuse(r reason, n int, why func() error) {
	t.refused[r] += n
	if t.first == nil && why != nil {
		t.first = why()
	}
}

// bad is how many samples were refused for a fault of the sender. A NaN is
// none: exporters write it for "no value", and no value is what is kept.
func (t *tally) bad() int {
	n := 0
	for r, count := range t.refused {
		if reason(r) != unknownValue {
			n += count
		}
	}
	return n
}

// err describes the refused part, nil if all went well.
func (t *tally) err() error {
	n := t.bad()
	if n == 0 {
		return nil
	}
	if t.kept == 0 {
		return fmt.Errorf("%d samples refused, none kept: %w", n, t.first)
	}
	return fmt.Errorf("%d samples refused, the other %d kept: %w", n, t.kept, t.first)
}
