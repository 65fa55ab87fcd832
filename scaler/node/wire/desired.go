package wire

// Desired is all that shall run on a node.
type Desired struct {
	Node     string              `json:"node"`
	Version  string              `json:"version"`  // changes with anything below
	Services map[string]*Service `json:"services"` // by the module's id; those of Workers, at least
	Workers  []Worker            `json:"workers"`  // a worker that is not here is drained and stopped

	Tasks     []Task    `json:"tasks,omitempty"`      // to be done once each; one that is not here any more is stopped and forgotten
	KeepTasks bool      `json:"keep_tasks,omitempty"` // but for those that were begun before: the server has just started, and may still ask for them
	Declared  *Declared `json:"declared,omitempty"`   // what the node looks for and reports; nil: what it does already
}

// Worker is one process that shall run.
type Worker struct {
	ID      string `json:"id"`              // never used twice
	Service string `json:"service"`         // the module's id
	Port    int    `json:"port"`            // 0: it listens nowhere
	Proxy   string `json:"proxy,omitempty"` // the one that it serves behind; empty: there is but one

	Restart int `json:"restart,omitempty"` // one more asks for a restart
}

// Service is how the workers of a module run.
type Service struct {
	Module string            `json:"module"` // its id
	Labels map[string]string `json:"labels"` // of its series: the hierarchy

	// Command, Env and Dir may hold {port}, {worker}, {node}, {proxy} and {module}.
	Command []string          `json:"command"`
	Env     map[string]string `json:"env,omitempty"`
	Dir     string            `json:"dir,omitempty"`
	User    string            `json:"user,omitempty"`  // name or number; empty: nobody
	Group   string            `json:"group,omitempty"` // empty: the user's
	Mounts  []Mount           `json:"mounts,omitempty"`
	Limits  Limits            `json:"limits"`
	Log     Log               `json:"log"`

	Health  Health   `json:"health"`
	Startup Duration `json:"startup"` // from the start to serving, at most
	Drain   Duration `json:"drain"`   // from leaving the rotation to SIGTERM
	Stop    Duration `json:"stop"`    // from SIGTERM to SIGKILL

	Latency  Latency  `json:"latency"`
	Overload Overload `json:"overload"`

	// MayTakeOut is how many of its workers on this node may be out of the rotation
	// because they are overloaded, as the server shares it out among the nodes.
	MayTakeOut int `json:"may_take_out"`
}

// Mount shows a directory of the node to a worker, in its own mount namespace.
type Mount struct {
	Source   string `json:"source"`
	Target   string `json:"target"`
	Writable bool   `json:"writable,omitempty"`
}

// Limits are those of a service on a node, all its workers together, but for
// what is said to be each worker's.
type Limits struct {
	CPUPercent float64  `json:"cpu_percent"` // of all cores of the node
	Period     Duration `json:"period"`      // of the quota, 1ms … 1s
	Burst      Duration `json:"burst"`       // of unused quota that may be saved up
	Memory     int64    `json:"memory"`      // bytes; 0: none
	Pids       int      `json:"pids"`        // processes and threads; 0: none
	Files      int      `json:"files"`       // open files of each worker; 0: the daemon's
}

// Log says how long the output of a worker is kept.
type Log struct {
	MaxSize int64 `json:"max_size"` // bytes of a file before it is rotated
	Keep    int   `json:"keep"`     // rotated files
}

// Health is how a worker is known to serve.
type Health struct {
	Kind     string   `json:"kind"` // "http", "tcp" or "none": it serves as soon as it runs
	Path     string   `json:"path,omitempty"`
	Interval Duration `json:"interval"`
	Timeout  Duration `json:"timeout"`
	Failures int      `json:"failures"` // in a row until it is unhealthy …
	Restart  int      `json:"restart"`  // … and until it is restarted; 0: never
}

// Latency is where the busy seconds and the latency of a worker come from.
type Latency struct {
	Source string `json:"source"` // "tcp", "statsd", "haproxy", "metrics" or "none"

	Metric string `json:"metric,omitempty"` // of statsd: the timer's name; of metrics: the histogram's or summary's
	Path   string `json:"path,omitempty"`   // of metrics; default /metrics
}

// Overload is when a worker gets less work.
type Overload struct {
	Latency Duration `json:"latency"` // mean of a slice, above which it is overloaded; 0: never by latency
	Slices  int      `json:"slices"`  // bad ones in a row until its weight falls
	Good    int      `json:"good"`    // good ones in a row until it comes back a step
	MaxOut  float64  `json:"max_out"` // share of the service's workers that may be out at once
}
