package analytics

import (
	"context"
	"fmt"

	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// LargestDomainDevices is the suffix of the series that tells how many devices a
// node's largest failure domain has; its labels DomainLabel and DomainValue say
// which one it is. What was left after a loss can thus be explained later.
const (
	LargestDomainDevices = "largest_domain_devices"
	DomainLabel          = "domain_label"
	DomainValue          = "domain_value"
)

// domainNames keeps the labels of the series of each node's largest domain.
type domainNames struct {
	levels []string
	sets   []domainName // by node index
}

type domainName struct {
	rollup.Domain
	labels []storage.Label
}

// of returns the labels of a node's series, made anew when it is another domain.
func (s *domainNames) of(n *fleet.Node, d rollup.Domain) []storage.Label {
	for len(s.sets) <= n.Index {
		s.sets = append(s.sets, domainName{})
	}
	set := &s.sets[n.Index]
	if set.labels == nil || set.Label != d.Label || set.Value != d.Value {
		*set = domainName{d, rollup.Labels(n, s.levels, LargestDomainDevices,
			storage.Label{Name: DomainLabel, Value: d.Label}, storage.Label{Name: DomainValue, Value: d.Value})}
	}
	return set.labels
}

// sameDomain tells whether two rows would lose the same.
func sameDomain(a, b *rollup.Domain) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// domains reads the largest failure domains of the nodes whose series match, as
// they were stored at most age seconds before the frame's minute or in it.
func (r reader) domains(ctx context.Context, f *rollup.Frame, age int64, match [][]storage.Matcher) error {
	reach := storage.TimeRange{From: (f.Minute - age) * 1000, To: f.Minute*1000 + 59_999}
	newest := map[int]int64{}
	for _, ms := range match {
		err := r.store.Select(ctx, storage.Query{Matchers: ms, Range: reach}, func(b *storage.Block) error {
			n, last := r.node(b.Labels), len(b.Timestamps)-1
			if n == nil || b.Timestamps[last] <= newest[n.Index] {
				return nil
			}
			newest[n.Index] = b.Timestamps[last]
			f.SetDomains(n.Index, []rollup.Domain{{
				Label:   storage.Value(b.Labels, DomainLabel),
				Value:   storage.Value(b.Labels, DomainValue),
				Devices: int(b.Values[last]),
			}})
			return nil
		})
		if err != nil {
			return fmt.Errorf("read stored failure domains: %w", err)
		}
	}
	return nil
}
