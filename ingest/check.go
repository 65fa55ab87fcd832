package ingest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/decimal"

	"headroom/internal/config"
	"headroom/storage"
)

// checker decides which samples are let in.
type checker struct {
	limits    config.Ingest
	retention time.Duration // 0: any age
	limiter   *Limiter
	offenders *offenders
}

// keep moves what may be stored to the front of rows and returns that part.
func (c *checker) keep(sender string, now time.Time, rows []storage.Series, t *tally) []storage.Series {
	c.limiter.turn(now)
	oldest, newest := c.window(now)
	n := 0
	var before *member
	for i := range rows {
		s := &rows[i]
		s.Samples = keepSamples(s.Samples, oldest, newest, t)
		if len(s.Samples) == 0 {
			continue
		}
		var err *refusal
		if before, err = c.admit(before, sender, now, s.Labels); err != nil {
			t.refuse(err.reason, len(s.Samples), func() error { return err })
			continue
		}
		t.kept += len(s.Samples)
		if n != i {
			rows[n] = *s
		}
		n++
	}
	return rows[:n]
}

// window returns the times between which samples are let in, in milliseconds.
func (c *checker) window(now time.Time) (oldest, newest int64) {
	oldest = math.MinInt64
	if c.retention > 0 {
		oldest = now.Add(-c.retention).UnixMilli()
	}
	return oldest, now.Add(time.Duration(c.limits.MaxFuture)).UnixMilli()
}

// keepSamples drops what is no value or outside of the window. A staleness
// marker is a value: it ends a series.
func keepSamples(samples []storage.Sample, oldest, newest int64, t *tally) []storage.Sample {
	n := 0
	for i := range samples {
		s := &samples[i]
		switch {
		case s.Timestamp < oldest:
			t.refuse(tooOld, 1, func() error { return timeError(s.Timestamp, "older than the retention") })
			continue
		case s.Timestamp > newest:
			t.refuse(tooNew, 1, func() error { return timeError(s.Timestamp, "too far in the future") })
			continue
		case s.Value != s.Value && !decimal.IsStaleNaN(s.Value):
			t.refuse(unknownValue, 1, nil)
			continue
		}
		if n != i {
			samples[n] = *s
		}
		n++
	}
	return samples[:n]
}

func timeError(ms int64, what string) error {
	return fmt.Errorf("timestamp %d (%s) is %s", ms, time.UnixMilli(ms).UTC().Format(time.RFC3339), what)
}

// A refusal is why a series is not let in.
type refusal struct {
	reason   reason
	offender string // the metric or sender whose limit is full; empty if it is no such limit
	text     string
}

func (r *refusal) Error() string { return r.text }

// admit tells whether samples of the series may be stored. A series that is
// active has passed before, so only its hash is looked up; it is returned, for
// the next of the request to be found by it.
func (c *checker) admit(before *member, sender string, now time.Time, labels []storage.Label) (*member, *refusal) {
	h := c.limiter.hash(labels)
	if m := c.limiter.known(before, h); m != nil {
		return m, nil
	}
	r := c.valid(labels)
	if r == nil {
		r = c.limiter.enter(h, sender, labels)
	}
	if r != nil && r.offender != "" {
		c.offenders.note(now, r)
	}
	return nil, r
}

// valid checks the labels of a series that is not active, and sorts them.
func (c *checker) valid(labels []storage.Label) *refusal {
	if n := len(labels); n > c.limits.MaxLabels {
		return &refusal{reason: tooManyLabels, text: fmt.Sprintf("series %s has %d labels, the limit is %d", describe(labels), n, c.limits.MaxLabels)}
	}
	slices.SortFunc(labels, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
	for i, l := range labels {
		if r := c.validLabel(l, labels); r != nil {
			return r
		}
		if i > 0 && l.Name == labels[i-1].Name {
			return &refusal{reason: duplicateLabel, text: fmt.Sprintf("series %s has the label %q twice", describe(labels), l.Name)}
		}
	}
	if storage.Value(labels, storage.MetricName) == "" {
		return &refusal{reason: noName, text: fmt.Sprintf("series %s has no metric name", describe(labels))}
	}
	return nil
}

func (c *checker) validLabel(l storage.Label, labels []storage.Label) *refusal {
	longest := max(len(l.Name), len(l.Value))
	switch {
	case longest > c.limits.MaxLabelLength:
		return &refusal{reason: labelTooLong, text: fmt.Sprintf("label %q of series %s has %d bytes, the limit is %d",
			shorten(l.Name), describe(labels), longest, c.limits.MaxLabelLength)}
	case l.Name == "":
		return &refusal{reason: invalidLabel, text: fmt.Sprintf("series %s has a label without a name", describe(labels))}
	case !utf8.ValidString(l.Name) || !utf8.ValidString(l.Value):
		return &refusal{reason: invalidLabel, text: fmt.Sprintf("label %q of series %s is not UTF-8", l.Name, describe(labels))}
	}
	return nil
}

// describe writes the start of a series for an error message.
func describe(labels []storage.Label) string {
	const most = 8 // labels; the offending series may have thousands
	var b strings.Builder
	_, _ = b.WriteString(shorten(storage.Value(labels, storage.MetricName)))
	_ = b.WriteByte('{')
	written := 0
	for _, l := range labels {
		if l.Name == storage.MetricName {
			continue
		}
		if written > 0 {
			_ = b.WriteByte(',')
		}
		if written++; written > most {
			_, _ = b.WriteString("…")
			break
		}
		_, _ = fmt.Fprintf(&b, "%s=%q", shorten(l.Name), shorten(l.Value))
	}
	_ = b.WriteByte('}')
	return b.String()
}

// shorten cuts what a sender wrote to a length fit for a message.
func shorten(s string) string {
	return shortenTo(s, 100)
}

// shortenTo cuts a text that has more than so many bytes.
func shortenTo(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
