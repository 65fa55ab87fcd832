package pool

import (
	"fmt"
	"slices"

	"headroom/scaler/node/wire"
)

const maxTasks = 10 * (wire.MaxTasks + wire.MaxSeenTasks) // that a node may report

// SetTasks says what steps of flows ask of a node, instead of what they asked before.
// The pool does not write tasks down: who asks knows them after a restart.
func (p *Pool) SetTasks(name string, tasks []wire.Task) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.nodes[name]
	if n == nil {
		return fmt.Errorf("%w: %q", ErrUnknownNode, name)
	}
	n.tasks = slices.Clone(tasks)
	n.touch()
	return nil
}

// OnTasks has a function called with what nodes report of their tasks, whenever they do.
// It must not wait.
func (p *Pool) OnTasks(told func(node string, tasks []wire.TaskStatus)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onTasks = told
}

// Tasks is what a node has told last of its tasks.
func (p *Pool) Tasks(name string) []wire.TaskStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := p.nodes[name]; n != nil {
		return n.tasked
	}
	return nil
}

// KeepTasks says whether nodes shall go on with tasks that this server has not asked for,
// as long as who asks is not done with finding out what a former server has asked for.
func (p *Pool) KeepTasks(keep bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if keep == p.keeping {
		return
	}
	p.keeping = keep
	for _, n := range p.nodes {
		if len(n.tasked) > 0 {
			n.touch()
		}
	}
}

// keepsTasks tells whether a node has tasks that it shall go on with all the same. For
// all others nothing is said, so that a restart of the server changes no version.
func (p *Pool) keepsTasks(n *node) bool { return p.keeping && len(n.tasked) > 0 }

// hearTasks takes what a node reports of its tasks. p.mu must be held.
func (p *Pool) hearTasks(n *node, r *wire.Report) {
	if r.Tasks == nil {
		if len(n.tasks) == 0 && !p.keeping && n.version != "" && n.have == n.version {
			n.tasked = nil // the node has forgotten them
		}
		return
	}
	before := p.keepsTasks(n)
	n.tasked = r.Tasks
	if p.keepsTasks(n) != before {
		n.touch()
	}
}

// tellTasks passes on what a node has reported.
func (p *Pool) tellTasks(name string, r *wire.Report) {
	if r.Tasks == nil {
		return
	}
	p.mu.Lock()
	told := p.onTasks
	p.mu.Unlock()
	if told != nil {
		told(name, r.Tasks)
	}
}
