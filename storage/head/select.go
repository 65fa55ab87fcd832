package head

import (
	"slices"
	"strings"

	"headroom/storage"
)

// Found is what the head holds of a series in a range.
type Found struct {
	Key     string
	Samples []storage.Sample // in the order of their arrival
}

// Select returns the samples that the head holds of the series that match, in
// no particular order. Series without samples in the range are left out.
func (h *Head) Select(matchers []storage.Matcher, r storage.TimeRange) (found []Found) {
	m := compile(matchers)
	h.visit(m, func(s *Series) {
		if samples := s.within(r); len(samples) > 0 {
			found = append(found, Found{s.key, samples})
		}
	})
	return found
}

// Keys calls f with the keys of the series that match and have samples in the
// range. f must not call the head.
func (h *Head) Keys(matchers []storage.Matcher, r storage.TimeRange, f func(key string)) {
	h.visit(compile(matchers), func(s *Series) {
		if s.overlaps(r) {
			f(s.key)
		}
	})
}

func (h *Head) visit(m matcher, f func(*Series)) {
	for i := range h.shards {
		sh := &h.shards[i]
		sh.mu.RLock()
		if m.metric != "" {
			sh.metrics[m.metric].visit(m, f)
		} else {
			for _, g := range sh.metrics {
				g.visit(m, f)
			}
		}
		sh.mu.RUnlock()
	}
}

// visit calls f for the series that match. A nil group has none.
func (g *group) visit(m matcher, f func(*Series)) {
	if g == nil {
		return
	}
	for _, s := range g.candidates(m) {
		if m.match(s.key) {
			f(s)
		}
	}
}

// within returns a copy of the samples in a range.
func (s *Series) within(r storage.TimeRange) (in []storage.Sample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.samples {
		if t := s.samples[i].Timestamp; t >= r.From && t <= r.To {
			in = append(in, s.samples[i])
		}
	}
	return in
}

func (s *Series) overlaps(r storage.TimeRange) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.samples, func(x storage.Sample) bool { return x.Timestamp >= r.From && x.Timestamp <= r.To })
}

// matcher is a list of matchers, prepared to look at many keys.
type matcher struct {
	metric   string          // the one metric that can match, empty if any
	labels   []storage.Label // that must be there, without the metric's name
	contains []string        // how they look in a key
	all      []storage.Matcher
}

func compile(matchers []storage.Matcher) matcher {
	m := matcher{all: matchers}
	for _, x := range matchers {
		if x.Op != storage.Equal || x.Value == "" {
			continue
		}
		if x.Name == storage.MetricName {
			m.metric = x.Value
		} else {
			m.labels = append(m.labels, storage.Label{Name: x.Name, Value: x.Value})
			m.contains = append(m.contains, string(appendString(appendString(nil, x.Name), x.Value)))
		}
	}
	return m
}

// match first looks for the bytes of the labels, which rules out nearly all
// keys, and then compares label by label.
func (m matcher) match(key string) bool {
	for _, part := range m.contains {
		if !strings.Contains(key, part) {
			return false
		}
	}
	for i := range m.all {
		if !m.all[i].Matches(Value(key, m.all[i].Name)) {
			return false
		}
	}
	return true
}

// Value returns the value of a label in a key, empty if there is none.
func Value(key, name string) string {
	if name == storage.MetricName {
		return metricOf(key)
	}
	for key != "" {
		var n, v string
		n, key = cutString(key)
		v, key = cutString(key)
		if n == name {
			return v
		}
	}
	return ""
}
