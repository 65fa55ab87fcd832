package pool

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"headroom/scaler/node/wire"
)

// versionOf names a content: what is equal has the same version on every server and
// after every restart, so that nothing is sent without a difference.
func versionOf(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("BUG: %T cannot be written as JSON: %v", v, err))
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:10])
}

// desiredLocked returns what shall run on a node, nil if that is the version it has.
// p.mu must be held.
func (p *Pool) desiredLocked(n *node, have string) *wire.Desired {
	if n.version == "" {
		n.version = p.versionOfNode(n)
	}
	if n.version == have {
		return nil
	}
	d := &wire.Desired{Node: n.rec.Name, Version: n.version, Services: map[string]*wire.Service{}, Workers: []wire.Worker{}}
	for _, w := range running(n) {
		d.Workers = append(d.Workers, wire.Worker{ID: w.rec.ID, Service: w.rec.Service, Port: w.rec.Port, Proxy: w.rec.Proxy, Restart: w.rec.Restart})
		if d.Services[w.rec.Service] == nil && w.service.conf != nil {
			spec := w.service.conf.Spec
			spec.MayTakeOut = w.service.mayTakeOut(n)
			d.Services[w.rec.Service] = &spec
		}
	}
	d.Tasks, d.KeepTasks = n.tasks, p.keepsTasks(n)
	if declared := p.declaredLocked(n); declared != nil && declared.Version != n.declared {
		d.Declared = declared
	}
	return d
}

// running returns the workers that shall run on a node, by id.
func running(n *node) (all []*worker) {
	for _, w := range n.workers {
		if w.wanted() {
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b *worker) int { return cmp.Compare(a.rec.ID, b.rec.ID) })
	return all
}

func (p *Pool) versionOfNode(n *node) string {
	h := sha256.New()
	specs := map[string]*service{}
	for _, w := range running(n) {
		fmt.Fprintf(h, "%s %q %d %q %d\n", w.rec.ID, w.rec.Service, w.rec.Port, w.rec.Proxy, w.rec.Restart)
		specs[w.rec.Service] = w.service
	}
	for _, module := range slices.Sorted(maps.Keys(specs)) {
		if s := specs[module]; s.conf != nil {
			fmt.Fprintf(h, "%q %s %d\n", module, s.conf.version, s.mayTakeOut(n))
		}
	}
	for _, t := range n.tasks {
		fmt.Fprintf(h, "task %q %v %v %v\n", t.ID, t.Resume, t.Seen, t.Stop) // an id is one task for ever
	}
	if p.keepsTasks(n) {
		fmt.Fprintln(h, "keep tasks")
	}
	if d := p.declaredLocked(n); d != nil && d.Version != "" {
		fmt.Fprintf(h, "declared %s\n", d.Version)
	}
	return hex.EncodeToString(h.Sum(nil)[:10])
}

// same tells whether two resources are equal.
func same(a, b *wire.Resources) bool {
	return a.Cores == b.Cores && a.Memory == b.Memory && a.Address == b.Address && a.Cgroups == b.Cgroups && a.Agent == b.Agent &&
		a.MaxWorkers == b.MaxWorkers && a.PerCore == b.PerCore && maps.Equal(a.Labels, b.Labels)
}
