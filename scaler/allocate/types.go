package allocate

// Node is a machine. Positions in [Input.Nodes] name it.
type Node struct {
	Name       string
	Cores      float64
	Memory     int64    // bytes that workers may use in all
	Load       float64  // CPU that is expected to be used by what the pool does not place, in cores
	MemoryUsed int64    // likewise, bytes
	Domains    []string // failure domains, the most important first, such as site and rack
	Open       bool     // takes new workers
	Leaving    bool     // its workers have to go elsewhere
	MaxWorkers int      // 0: Limits.MaxWorkers
}

// Service is what wants workers. Positions in [Input.Services] name it.
type Service struct {
	Module  string
	Workers int      // that it shall have
	CPU     float64  // cores that a worker is expected to use
	Memory  int64    // bytes of a worker
	Proxies []string // none: one without a name
	Ports   [2]int   // first and last that its workers may listen on; 0, 0: none needed
	PerCore float64  // 0: Limits.PerCore

	// Closed are nodes that may not get new workers of it, with the reason.
	Closed map[int]string
	// Needs are labels a node must have; the caller turns them into Closed.
}

// Worker is one that is there, or is on its way.
type Worker struct {
	ID      string
	Service int
	Node    int
	Proxy   int
	Port    int
	Ready   bool // it serves
	Lost    bool // its node is gone: it does not count, and is to be replaced
}

// Limits hold for all.
type Limits struct {
	MaxWorkers int     // of a node
	PerCore    float64 // workers of one service for each core of a node
	Moves      int     // workers that may be moved for a better balance in one plan
	MinGain    float64 // of a move: how much more evenly the load lies, in shares of a node
}

// Input is everything a plan depends on.
type Input struct {
	Nodes    []Node
	Services []Service
	Workers  []Worker
	Limits   Limits
}

// Start is a worker to start.
type Start struct {
	Service, Node, Proxy, Port int
	Instead                    string // the worker that it replaces: that one stops once this one serves; empty: none
	Reason                     string
}

// Stop is a worker to stop.
type Stop struct {
	ID     string
	Reason string
}

// Short is a service that gets fewer workers than it shall have.
type Short struct {
	Service, Missing int
	Reason           string // which limits stood in the way, on how many nodes
}

// Result is a plan.
type Result struct {
	Starts []Start
	Stops  []Stop
	Shorts []Short
}
