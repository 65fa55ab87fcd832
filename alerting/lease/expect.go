package lease

import (
	"fmt"
	"math"
	"slices"
)

// What is learned of past runs: from the newest so many, if there are at least so
// many, and so large a share of them must have had no more alarms.
const (
	learnFrom  = 50
	learnLeast = 5
	learnShare = 0.95
)

// expect sets how many alarms a lease may hide from past leases of the same kind
// that went well. Where both name nodes, alarms are counted per node, so that a
// change of ten nodes is told from one of a thousand.
func (l *Lease) expect(past []Lease, def Defaults) {
	var rates []float64
	for _, p := range past {
		if p.How == Done && (len(p.Nodes) > 0) == (len(l.Nodes) > 0) {
			rates = append(rates, float64(p.Hidden+p.Over)/p.size())
		}
	}
	if len(rates) < learnLeast {
		l.Expected = def.Expected
		l.Basis = fmt.Sprintf("the default: %d past runs of this kind, learned from %d on", len(rates), learnLeast)
		return
	}
	slices.Sort(rates)
	rate := rates[int(math.Ceil(learnShare*float64(len(rates))))-1] // nearest rank: of 20 the second largest
	alarms := math.Ceil(rate * l.size())
	l.Expected = int(min(max(alarms, float64(def.Least)), MaxExpected))
	l.Basis = fmt.Sprintf("95 %% of %d past runs of this kind had at most %.4g", len(rates), rate)
	if len(l.Nodes) > 0 {
		l.Basis += " per node"
	}
	if alarms < float64(def.Least) {
		l.Basis += fmt.Sprintf(", and never fewer than %d", def.Least)
	}
}

// size is by how many nodes the alarms of a lease are divided.
func (l *Lease) size() float64 { return float64(max(len(l.Nodes), 1)) }
