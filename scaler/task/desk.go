package task

import (
	"bytes"
	"slices"
	"time"

	"headroom/scaler/node/wire"
)

// desk has what is asked of one node.
type desk struct {
	joined  time.Time // when the node did: it is another one once it was forgotten
	all     []*asked  // in the order in which they were asked
	waiting int       // who wait for room
	free    chan struct{}
	dirty   bool // the node is to be told that an end was seen
}

// asked is a task that a node shall do.
type asked struct {
	task      wire.Task
	commas    int             // in its specification
	files     map[string]bool // that it needs, until it has ended
	holders   int             // who wait for its end
	until     time.Time       // when it is taken back, if nobody does
	withdrawn bool            // it was taken back: the node stops it
	status    wire.TaskStatus // as the node told; no state: not yet
	gone      bool            // the node has left the pool
	changed   chan struct{}   // closed when the status is another one
}

func newDesk(joined time.Time) *desk { return &desk{joined: joined, free: make(chan struct{})} }

// lose tells all who wait for anything that the node has left the pool.
func (k *desk) lose() {
	for _, a := range k.all {
		a.gone = true
		close(a.changed)
		a.changed = make(chan struct{})
	}
	k.makeRoom()
}

func (k *desk) find(id string) *asked {
	i := slices.IndexFunc(k.all, func(a *asked) bool { return a.task.ID == id })
	if i < 0 {
		return nil
	}
	return k.all[i]
}

// open counts the tasks that have not ended.
func (k *desk) open() (n int) {
	for _, a := range k.all {
		if !ended(a.status) && !a.withdrawn {
			n++
		}
	}
	return n
}

// room tells whether one more task keeps within what a node takes at a time.
func (k *desk) room(t wire.Task) bool {
	n, size, commas := 1, len(t.Spec), bytes.Count(t.Spec, []byte{','})
	for _, a := range k.all {
		if !ended(a.status) && !a.withdrawn {
			n, size, commas = n+1, size+len(a.task.Spec), commas+a.commas
		}
	}
	return n <= wire.MaxTasks && size <= wire.MaxTaskSpecs && commas <= wire.MaxTaskCommas
}

// take adds a task, or one more who waits for it. One that was only to be found may be
// begun from now on if the second asks for that.
func (k *desk) take(t wire.Task) *asked {
	a := k.find(t.ID)
	if a == nil {
		a = &asked{task: t, changed: make(chan struct{}), files: filesOf(t), commas: bytes.Count(t.Spec, []byte{','})}
		k.all = append(k.all, a)
	}
	if a.task.Resume && !t.Resume {
		a.task.Resume = false
		if a.status.State == wire.TaskUnknown {
			a.status, a.files = wire.TaskStatus{}, filesOf(t)
		}
	}
	a.holders++
	a.withdrawn = false
	return a
}

func filesOf(t wire.Task) map[string]bool {
	all := map[string]bool{}
	for _, f := range t.Files() {
		all[f.SHA256] = true
	}
	return all
}

// hear takes what the node reports, and returns which ends are new.
func (k *desk) hear(told []wire.TaskStatus, now time.Time) (ends []wire.TaskState) {
	for _, s := range told {
		a := k.find(s.ID)
		switch {
		case a == nil || ended(a.status) || a.status.State == s.State:
			continue
		case s.State == wire.TaskUnknown && !a.task.Resume:
			continue // as it was before it was asked to begin it
		}
		a.status = s
		close(a.changed)
		a.changed = make(chan struct{})
		if ended(s) {
			ends = append(ends, s.State)
			a.files, k.dirty = nil, true
			k.makeRoom()
		}
	}
	return ends
}

// ended tells whether a task is over, as far as the node said.
func ended(s wire.TaskStatus) bool { return s.State != "" && s.State.Over() }

// makeRoom lets those in who wait for it.
func (k *desk) makeRoom() {
	close(k.free)
	k.free = make(chan struct{})
}

// tidy takes back what nobody waits for, and forgets ends that were remembered for long
// enough, the oldest of very many before. It tells whether the node has to be told.
func (k *desk) tidy(now time.Time) (changed bool) {
	over := len(k.all) - k.open() - wire.MaxSeenTasks
	k.all = slices.DeleteFunc(k.all, func(a *asked) bool {
		switch {
		case a.holders > 0:
			return false
		case (ended(a.status) || a.withdrawn) && over > 0:
			over--
		case a.withdrawn:
			return now.After(a.until.Add(takeOver))
		case now.Before(a.until):
			return false
		case !ended(a.status):
			a.withdrawn, changed = true, true
			return false
		}
		changed = true
		return true
	})
	if changed {
		k.makeRoom()
	}
	return changed || k.dirty && k.open() > 0 // others may wait for room to tell their end
}

// tasks are what the node is told.
func (k *desk) tasks() []wire.Task {
	all := make([]wire.Task, 0, len(k.all))
	for _, a := range k.all {
		t := a.task
		if t.Stop = a.withdrawn; t.Stop {
			t.Spec = nil
		}
		if ended(a.status) && a.status.State != wire.TaskUnknown {
			t.Spec, t.Seen = nil, true
		}
		all = append(all, t)
	}
	return all
}

func (k *desk) needs(sum string) bool {
	return slices.ContainsFunc(k.all, func(a *asked) bool { return a.files[sum] })
}
