package pool

import (
	"slices"
	"time"

	"headroom/scaler/node/wire"
)

// State is where a node stands.
type State string

// The states of a node. The first that holds counts.
const (
	Lost     State = "lost"     // it has not synced for too long
	Draining State = "draining" // a person wants its workers elsewhere
	Cordoned State = "cordoned" // a person wants no new workers on it
	Ready    State = "ready"    // it takes workers
)

// node is a machine. Pool.mu protects it.
type node struct {
	rec     nodeRecord
	changed bool // rec differs from what is written down
	workers []*worker

	seen     time.Time // last sign of life; of a node from before the start: the start
	spoke    bool      // it has reported since the start
	heard    bool      // … and told all its workers
	replaced bool      // it has been lost for longer than the grace time
	load     wire.Load
	expected float64 // percent of all cores, see smooth
	extra    int     // workers that it reports and that shall not run there
	former   []string
	polls    int       // syncs that wait
	refused  time.Time // when another daemon of this name was refused
	rival    string    // why

	tasks    []wire.Task       // of flows, that it shall do
	tasked   []wire.TaskStatus // as it told last
	version  string            // of what shall run; empty: to be computed anew
	have     string            // the version that it works on
	declared string            // the version of what it looks for
	wake     chan struct{}
}

func (n *node) state() State {
	switch {
	case !n.rec.Lost.IsZero():
		return Lost
	case n.rec.Drain != nil:
		return Draining
	case n.rec.Cordon != nil:
		return Cordoned
	default:
		return Ready
	}
}

// gone tells whether a node has been lost for so long that its workers are replaced.
func (n *node) gone() bool { return n.replaced && !n.rec.Lost.IsZero() }

// touch has the node's next sync look at what shall run, at once if one waits.
func (n *node) touch() {
	n.version = ""
	if n.wake != nil {
		close(n.wake)
		n.wake = nil
	}
}

// wait returns what is closed when something else shall run.
func (n *node) wait() <-chan struct{} {
	if n.wake == nil {
		n.wake = make(chan struct{})
	}
	return n.wake
}

// remember is the share by which a report counts in the load that is expected: with a
// report every 10 s, half of what was 10 minutes ago is forgotten.
const remember = 0.0115

// smooth takes a report's load. What is expected follows a rise at once and a fall
// slowly, so that a node is not filled up in a short lull.
func (n *node) smooth(l wire.Load) {
	n.load = l
	n.expected = max(l.CPU, n.expected+remember*(l.CPU-n.expected))
}

func (n *node) drop(w *worker) {
	n.workers = slices.DeleteFunc(n.workers, func(o *worker) bool { return o == w })
}

// affect has what depends on whether the node is lost looked at anew.
func (n *node) affect() {
	for _, w := range n.workers {
		w.service.reshare = true
		w.service.touch()
	}
}
