package rollup

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"headroom/storage"
	"headroom/storage/fleet"
)

// Domain is a part of a node's devices that may fail at once: those that have
// one value of a label such as rack or site.
type Domain struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Devices int    `json:"devices"` // that reported in the minute
}

// place is where a device stands: the value of each of Options.Domains, empty
// where its series does not have the label.
type place struct{ values []string }

// nowhere is the place of devices whose series have none of the labels.
var nowhere = &place{}

// places keeps one place for all devices that stand there.
type places struct {
	labels []string

	mu  sync.Mutex // protects all
	all map[string]*place
}

// of reads a series' place from its labels.
func (p *places) of(labels []storage.Label) *place {
	values := make([]string, len(p.labels))
	for i, label := range p.labels {
		values[i] = strings.Clone(storage.Value(labels, label)) // labels are often parts of a buffer
	}
	if !slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
		return nowhere
	}
	key := strings.Join(values, "\xff")
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]*place{}
	}
	if p.all[key] == nil {
		p.all[key] = &place{values}
	}
	return p.all[key]
}

// count makes the domains of a module from its number of devices at each place.
func (p *places) count(at map[*place]int) []Domain {
	sums := domainSums{}
	for where, devices := range at {
		for i, value := range where.values {
			if value != "" {
				sums[domainName{p.labels[i], value}] += devices
			}
		}
	}
	return sums.domains()
}

// domainSums adds up devices by domain.
type domainSums map[domainName]int

type domainName struct{ label, value string }

func (s domainSums) add(ds []Domain) {
	for _, d := range ds {
		s[domainName{d.Label, d.Value}] += d.Devices
	}
}

// domains lists them, those with the most devices first; never nil.
func (s domainSums) domains() []Domain {
	out := make([]Domain, 0, len(s))
	for name, devices := range s {
		out = append(out, Domain{name.label, name.value, devices})
	}
	slices.SortFunc(out, func(a, b Domain) int {
		return cmp.Or(b.Devices-a.Devices, strings.Compare(a.Label, b.Label), strings.Compare(a.Value, b.Value))
	})
	return out
}

// domains returns the failure domains of all nodes. It counts anew only what is
// above the modules, given by index, whose devices have come, gone or moved;
// before are those of the minute before.
func domains(before [][]Domain, nodes []*fleet.Node, modules []*module, moved []int) [][]Domain {
	out := make([][]Domain, len(nodes))
	copy(out, before)
	sums := map[int]domainSums{}
	for _, i := range moved {
		out[i] = modules[i].domains
		for p := nodes[i].Parent; p >= 0 && sums[p] == nil; p = nodes[p].Parent {
			sums[p] = domainSums{}
		}
	}
	for i := len(nodes) - 1; i >= 0 && len(sums) > 0; i-- { // children come after their parents
		if s := sums[i]; s != nil {
			out[i] = s.domains()
		}
		if p := nodes[i].Parent; p >= 0 && sums[p] != nil {
			sums[p].add(out[i])
		}
	}
	return out
}
