package statsd

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/storage"
)

const (
	maxSeries = 100_000         // that are aggregated at a time
	maxValues = 1_000           // of a timer in an interval that quantiles are made of
	maxUnique = 100_000         // values of a set in an interval that are told apart
	idle      = 5 * time.Minute // until a silent series is forgotten
)

var quantiles = []float64{0.5, 0.9, 0.99}

// aggregator sums up readings until they are flushed. It is not safe for
// concurrent use.
type aggregator struct {
	series map[string]*aggregate
	random *rand.Rand
}

func newAggregator(seed uint64) *aggregator {
	return &aggregator{series: map[string]*aggregate{}, random: rand.New(rand.NewPCG(seed, seed))}
}

// aggregate is the state of one series.
type aggregate struct {
	labels []storage.Label
	kind   kind
	seen   time.Time // when the last reading came

	sum, count float64             // since the start; a gauge's value is its sum
	values     []float64           // of this interval: a fair sample of at most maxValues
	offered    int                 // of this interval, how many values came
	unique     map[string]struct{} // of this interval
}

// add takes in a reading.
func (a *aggregator) add(r reading, now time.Time) error {
	if !r.valid() {
		return errors.New("name or tags are not UTF-8")
	}
	key := r.key()
	s := a.series[key]
	if s == nil {
		if len(a.series) >= maxSeries {
			return fmt.Errorf("there are %d series already", maxSeries)
		}
		s = &aggregate{labels: r.labels, kind: r.kind, unique: map[string]struct{}{}}
		a.series[key] = s
	}
	s.seen = now
	for _, v := range r.values {
		s.add(v, r.weight, a.random)
	}
	return nil
}

func (s *aggregate) add(text string, weight float64, random *rand.Rand) {
	if s.kind == set {
		if len(s.unique) < maxUnique {
			s.unique[text] = struct{}{}
		}
		return
	}
	v, _ := strconv.ParseFloat(text, 64) // it was checked when it was parsed
	switch s.kind {
	case gauge:
		if text[0] == '+' || text[0] == '-' {
			v += s.sum
		}
		s.sum = v
	case counter:
		s.sum += v * weight
	default:
		if s.kind == timer {
			v /= 1000
		}
		s.sum += v * weight
		s.count += weight
		s.sample(v, random)
	}
}

// sample keeps each of the interval's values with the same probability.
func (s *aggregate) sample(v float64, random *rand.Rand) {
	s.offered++
	if len(s.values) < maxValues {
		s.values = append(s.values, v)
	} else if i := random.IntN(s.offered); i < maxValues {
		s.values[i] = v
	}
}

// flush returns the interval's series, in a fixed order, and starts the next.
func (a *aggregator) flush(now time.Time) []storage.Series {
	keys := make([]string, 0, len(a.series))
	for key, s := range a.series {
		if now.Sub(s.seen) >= idle {
			delete(a.series, key)
			continue
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var rows []storage.Series
	for _, key := range keys {
		rows = a.series[key].flush(rows, now.UnixMilli())
	}
	return rows
}

func (s *aggregate) flush(rows []storage.Series, ms int64) []storage.Series {
	emit := func(suffix string, v float64, extra ...storage.Label) {
		rows = append(rows, storage.Series{
			Labels:  withSuffix(s.labels, suffix, extra),
			Samples: []storage.Sample{{Timestamp: ms, Value: v}},
		})
	}
	switch s.kind {
	case counter, gauge:
		emit("", s.sum)
	case set:
		emit("", float64(len(s.unique)))
		clear(s.unique)
	default:
		emit("_sum", s.sum)
		emit("_count", s.count)
		slices.Sort(s.values)
		for _, q := range quantiles {
			if n := len(s.values); n > 0 {
				emit("", s.values[int(q*float64(n-1)+0.5)], storage.Label{Name: "quantile", Value: strconv.FormatFloat(q, 'g', -1, 64)})
			}
		}
		s.values, s.offered = s.values[:0], 0
	}
	return rows
}

// withSuffix returns labels and extra, sorted, with the suffix on the metric's
// name.
func withSuffix(labels []storage.Label, suffix string, extra []storage.Label) []storage.Label {
	out := append(slices.Clone(labels), extra...)
	for i := range out {
		if out[i].Name == storage.MetricName {
			out[i].Value += suffix
		}
	}
	slices.SortFunc(out, func(a, b storage.Label) int { return strings.Compare(a.Name, b.Name) })
	return out
}
