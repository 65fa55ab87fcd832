package wire

import "time"

// Report is what a node says each time it syncs.
type Report struct {
	Version   string     `json:"version"`             // of the daemon
	Boot      string     `json:"boot"`                // the kernel's boot id
	Daemon    string     `json:"daemon"`              // differs each time the daemon starts
	Have      string     `json:"have"`                // the version of the desired state that it works on; empty: none
	Resources *Resources `json:"resources,omitempty"` // nil: as last time
	Load      Load       `json:"load"`
	Workers   []Status   `json:"workers"` // all of them; null: as last time

	Tasks []TaskStatus `json:"tasks,omitempty"` // of those in the desired state; null: as last time
	// Declared is the version of what the node looks for; empty: nothing.
	Declared string `json:"declared,omitempty"`
	Found    *Found `json:"found,omitempty"` // null: nothing was looked for yet. What is as last time is a change of itself, without entries
}

// Resources are what a node has.
type Resources struct {
	Cores   float64           `json:"cores"`
	Memory  int64             `json:"memory"`          // bytes
	Address string            `json:"address"`         // where its workers are reached: a name or IP, without a port
	Labels  map[string]string `json:"labels"`          // failure domains among them, such as rack and site
	Cgroups string            `json:"cgroups"`         // "v1", "hybrid" or "v2"
	Agent   int               `json:"agent,omitempty"` // port at Address where HAProxy's agent checks are answered; 0: none

	MaxWorkers int     `json:"max_workers"` // the node's own hard limit
	PerCore    float64 `json:"per_core"`    // workers of one service for each core, likewise
}

// Load is how busy a node is, by all that runs on it.
type Load struct {
	CPU        float64 `json:"cpu"`         // percent of all cores, over the last minute
	MemoryUsed int64   `json:"memory_used"` // bytes that are not available
}

// State is where a worker stands.
type State string

// The states of a worker.
const (
	Starting  State = "starting"  // its process runs, its health check has not passed yet
	Ready     State = "ready"     // it serves
	Unhealthy State = "unhealthy" // it served, and its health check fails
	Backoff   State = "backoff"   // it has ended and waits for its next start
	Draining  State = "draining"  // it gets no new work and will be stopped
	Stopped   State = "stopped"   // it has ended for good
	Refused   State = "refused"   // the node's own limits forbid it; Reason says which
)

// Serving tells whether a worker in this state does work.
func (s State) Serving() bool { return s == Ready || s == Unhealthy }

// Status is how a worker is.
type Status struct {
	ID        string    `json:"id"`
	Service   string    `json:"service"` // the module's id
	Port      int       `json:"port"`
	Proxy     string    `json:"proxy,omitempty"`
	PID       int       `json:"pid,omitempty"`
	State     State     `json:"state"`
	Since     time.Time `json:"since"`
	Restarts  int       `json:"restarts"`
	Reason    string    `json:"reason,omitempty"`     // why it is not ready, or was restarted last
	PortTaken bool      `json:"port_taken,omitempty"` // it cannot start since another process listens at its port
	Weight    int       `json:"weight"`               // share of the work it shall get, 0 … 100 percent
	Overload  string    `json:"overload,omitempty"`   // why its weight is below 100
}
