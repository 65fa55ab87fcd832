package allocate

// Node is a machine. Positions in [Input.Nodes] name it.
type Node struct {
	Name       string
	Cores      float64
	Memory     int64    // bytes that workers and others may use in all
	Load       float64  // CPU that is expected to be used by what the pool does not place, in cores; NaN: unknown, counted as all of them
	MemoryUsed int64    // likewise, bytes
	Domains    []string // failure domains, the largest first, such as site and rack; a rack is told by site and rack together
	Open       bool     // takes new workers
	Leaving    bool     // its workers have to go elsewhere; takes no new ones
	MaxWorkers int      // 0: Limits.MaxWorkers
	TakenPorts []int    // that processes of others listen at: no worker may start there
}

// Service is what wants workers. Positions in [Input.Services] name it.
type Service struct {
	Module  string
	Workers int      // that it shall have
	CPU     float64  // cores that a worker is expected to use; NaN: unknown, counted as 1/PerCore
	Memory  int64    // bytes of a worker
	Proxies []string // none: one without a name
	Ports   [2]int   // first and last that its workers may listen on; 0, 0: none needed
	PerCore float64  // 0: Limits.PerCore

	Class  int            // 1 + position in Input.Classes; 0: none
	Closed map[int]string // nodes that may not get new workers of this service alone, such as after failed starts, with the reason
}

// Class is what many services have in common: the labels that they need of a
// node. A plan costs one pass over the nodes for every class, so services with
// the same needs should share one.
type Class struct {
	Closed []string // by position of the node: why it may get no new workers of the class; empty: it may
}

// Worker is one that is there, or is on its way.
type Worker struct {
	ID       string
	Service  int
	Node     int
	Proxy    int
	Port     int
	Ready    bool   // it serves
	Lost     bool   // its node is gone: it does not count, and is to be replaced
	Stopping bool   // it was told to stop: it does not count, but holds its port and memory until it is gone from the input
	Instead  string // the worker that it replaces, from [Start.Instead]: the two count as one
}

// Limits hold for all. The zero value has the defaults and moves nothing.
type Limits struct {
	MaxWorkers int     // of a node; 0: [MaxWorkers]
	PerCore    float64 // workers of one service for each core of a node; 0: [PerCore]
	Full       float64 // forecast CPU, in shares of a node's cores, beyond which a node is the last choice; 0: [Full]
	Moves      int     // workers that may be moved for a better balance in one plan
	MinGain    float64 // of a move for evenness: by how much the higher forecast load of the two nodes falls, in shares of a node
}

// Defaults of [Limits].
const (
	MaxWorkers = 100
	PerCore    = 2.0
	Full       = 1.0
)

// Input is everything a plan depends on.
type Input struct {
	Nodes    []Node
	Services []Service
	Classes  []Class
	Workers  []Worker
	Limits   Limits
}

// Start is a worker to start.
type Start struct {
	Service, Node, Proxy, Port int
	Instead                    string // the worker that it replaces: that one stops once this one serves; empty: none
	Why                        Why    // its String is a sentence for people
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

// Result is a plan. Starts with Instead are not more workers: the replaced one
// is stopped by the plan that sees its successor ready, or by who carries out
// this plan as soon as it is.
type Result struct {
	Starts []Start
	Stops  []Stop
	Shorts []Short
}
