package node

import (
	"cmp"
	"slices"

	"headroom/scaler/node/wire"
)

// report is all that the server is told.
func (d *Daemon) report() wire.Report {
	s := d.current()
	resources := d.resources
	resources.Labels, resources.MaxWorkers, resources.PerCore = s.Node.Labels, s.Limits.MaxWorkers, s.Limits.PerCore
	return wire.Report{
		Version: d.o.Version, Boot: bootID(), Daemon: d.id, Have: d.inForce.version(),
		Resources: &resources, Load: d.measure.Load(), Workers: d.statuses(), Tasks: d.tasks.Statuses(),
		Declared: d.inventory.Declared(), Found: d.inventory.Found(),
	}
}

// statuses are all workers, by id: those that run, and those that may not.
func (d *Daemon) statuses() []wire.Status {
	all := []wire.Status{}
	known := map[string]int{}
	for _, r := range d.supervisor.Workers() {
		weight, _ := d.weights.of(r.ID)
		known[r.ID] = len(all)
		all = append(all, statusOf(r, weight))
	}
	for _, s := range d.inForce.refusals() {
		i, runs := known[s.ID]
		switch {
		case !runs:
			all = append(all, s)
		case all[i].PID == 0:
			all[i] = s // it has ended
		default:
			all[i].Reason = s.Reason // it is on its way out
		}
	}
	slices.SortFunc(all, func(a, b wire.Status) int { return cmp.Compare(a.ID, b.ID) })
	return all
}
