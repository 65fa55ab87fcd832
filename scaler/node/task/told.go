package task

import (
	"cmp"
	"slices"

	"headroom/scaler/node/wire"
)

const (
	maxTold     = 1 << 20                                 // bytes of logs and outputs that are told at once
	maxStatuses = 5 * (wire.MaxTasks + wire.MaxSeenTasks) // beyond which ends are not told that nobody has asked for, as of servers that are killed again and again
)

// Statuses are how the tasks are that are wanted, by id; never nil. Those that wait for
// their turn are not among them, nor those for which there is room only once the server
// has seen others.
func (r *Runner) Statuses() []wire.TaskStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := []wire.TaskStatus{}
	for _, t := range r.tasks {
		if !t.wanted || t.status == nil {
			continue
		}
		s := *t.status
		if t.seen {
			s.Log, s.Outputs = "", nil
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b wire.TaskStatus) int { return cmp.Compare(a.ID, b.ID) })
	many := len(all) - maxStatuses
	all = slices.DeleteFunc(all, func(s wire.TaskStatus) bool {
		if many <= 0 || !s.State.Over() || r.tasks[s.ID].listed {
			return false
		}
		many--
		return true
	})
	told := 0
	return slices.DeleteFunc(all, func(s wire.TaskStatus) bool {
		n := len(s.Log) + len(s.Outputs)
		if n > 0 && told > 0 && told+n > maxTold {
			return true
		}
		told += n
		return false
	})
}

// slim keeps in memory what is told of a task that has ended, and no more: what a server
// has seen is read again if another one asks. r.mu must be held.
func (r *Runner) slim(t *task) {
	if t.stop != nil || t.status == nil || !t.status.State.Over() {
		return
	}
	t.Spec = nil
	switch s := *t.status; {
	case t.seen:
		t.cut = t.cut || s.Log != "" || len(s.Outputs) > 0
		s.Log, s.Outputs = "", nil
		t.status = &s
	case t.cut:
		if rec, err := read(r.journal.path(t.ID)); err == nil && rec.End != nil {
			t.status, t.cut = rec.End, false
		}
	}
}
