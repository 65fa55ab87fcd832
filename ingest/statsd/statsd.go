// Package statsd takes in StatsD's protocol over UDP and TCP, with DogStatsD's
// tags, and turns it into series at a fixed interval:
//
//   - a counter (c) is the total since it was first seen, as Prometheus'
//     counters are, so that rate() works on it;
//   - a gauge (g) is its last value; +1 and -1 change it;
//   - a timer (ms, in seconds as stored), histogram (h) or distribution (d) is
//     the totals name_sum and name_count, and name{quantile="0.5|0.9|0.99"} of
//     the interval's values;
//   - a set (s) is the number of different values in the interval.
//
// Sampled values (@0.1) count for as many as they stand for. Names are kept as
// they are, dots and all; tags become labels, #a:b,c as a="b" and c="true".
// What was silent for five minutes is no longer written, and starts anew when
// it comes back: its counters from zero, which rate() takes for a restart.
//
// The protocol has no answers, so a bad line is counted and logged.
package statsd

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"headroom/storage"
)

// kind is what a metric is.
type kind string

const (
	counter      kind = "c"
	gauge        kind = "g"
	timer        kind = "ms"
	histogram    kind = "h"
	distribution kind = "d"
	set          kind = "s"
)

// reading is what one line says.
type reading struct {
	labels []storage.Label // with the name, sorted
	kind   kind
	values []string
	weight float64 // how many values each stands for: 1 ÷ sampling rate
}

// parseLine reads name:value[:value…]|type[|@rate][|#tags]. Sections that are
// not known, such as DogStatsD's container id, are passed over.
func parseLine(line string) (reading, error) {
	head, rest, ok := strings.Cut(line, "|")
	if !ok {
		return reading{}, errors.New("no type: want name:value|type")
	}
	name, values, ok := strings.Cut(head, ":")
	if !ok || name == "" || values == "" {
		return reading{}, errors.New("no name or no value: want name:value|type")
	}
	sections := strings.Split(rest, "|")
	r := reading{kind: kind(sections[0]), values: []string{values}, weight: 1}
	var tags string
	for _, s := range sections[1:] {
		switch {
		case strings.HasPrefix(s, "@"):
			rate, err := strconv.ParseFloat(s[1:], 64)
			if err != nil || !(rate > 0 && rate <= 1) {
				return reading{}, fmt.Errorf("sampling rate is %q, want above 0 and at most 1", s[1:])
			}
			r.weight = 1 / rate
		case strings.HasPrefix(s, "#"):
			tags = s[1:]
		}
	}
	r.labels = parseTags(name, tags)
	return r, r.check()
}

// check tells whether kind and values can be what they say.
func (r *reading) check() error {
	switch r.kind {
	case set: // any text is a value, with colons too
		return nil
	case counter, gauge, timer, histogram, distribution:
	default:
		return fmt.Errorf("type is %q, want c, g, ms, h, d or s", r.kind)
	}
	r.values = strings.Split(r.values[0], ":")
	for _, s := range r.values {
		if v, err := strconv.ParseFloat(s, 64); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("value is %q, want a number", s)
		}
	}
	return nil
}

// parseTags makes the sorted labels of a series. Of tags with the same name the
// first counts.
func parseTags(name, tags string) []storage.Label {
	labels := []storage.Label{{Name: storage.MetricName, Value: name}}
	for tag := range strings.SplitSeq(tags, ",") {
		key, value, ok := strings.Cut(tag, ":")
		if key == "" || key == "quantile" || storage.Value(labels, key) != "" {
			continue
		}
		if !ok {
			value = "true"
		}
		if value != "" {
			labels = append(labels, storage.Label{Name: key, Value: value})
		}
	}
	slices.SortFunc(labels, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
	return labels
}

// key tells what is aggregated together.
func (r *reading) key() string {
	var b strings.Builder
	_, _ = b.WriteString(string(r.kind))
	for _, l := range r.labels {
		_, _ = b.WriteString("\xff" + l.Name + "\xff" + l.Value) // no part of UTF-8
	}
	return b.String()
}

// valid tells whether everything is text; bytes that are not could make two
// series look the same.
func (r *reading) valid() bool {
	for _, l := range r.labels {
		if !utf8.ValidString(l.Name) || !utf8.ValidString(l.Value) {
			return false
		}
	}
	return true
}
