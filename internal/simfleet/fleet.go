// Package simfleet simulates a fleet of services for the demo and for tests:
// a business tree of modules, each on some devices, whose load has the rhythm
// of days and weeks, noise with heavy tails, growth, level shifts, incidents,
// newcomers and dropouts.
//
// Every load is a pure function of the options and the time: history and live
// minutes join without a seam, and any minute can be made by itself. The
// simulated load is in percent of a device, as headroom_load_percent.
//
// [Machine] adds something that is not simulated: the processes of the machine
// on which the program runs.
package simfleet

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	day        = 86_400 // seconds
	pastDays   = 90     // days before Options.Now from which growth counts
	newDays    = 9      // age of a new module
	silentDays = 20     // dead modules stopped within so many days
)

// Options shape a fleet. The same options make the same fleet.
type Options struct {
	Modules  int            // default 240; 2,428 is the size of the talk
	Seed     uint64         // another seed, another fleet
	Location *time.Location // zone of the users whose day shapes the load; default UTC
	// Now tells where "nine days old" and "stopped yesterday" are counted from.
	// Counters start at the beginning of its UTC day.
	Now time.Time

	Hierarchy    []string // labels of the four levels; default business, product, service, module
	NodeLabel    string   // default node
	ProcessLabel string   // default process

	// Run is the most samples of a series that its history emits at once: long
	// runs are less work for a store, but Prometheus wants all series to keep
	// within an hour of each other. Default 2016, a week at five minutes.
	Run int
}

func (o Options) withDefaults() Options {
	o.Modules = cmp.Or(o.Modules, 240)
	o.Location = cmp.Or(o.Location, time.UTC)
	if o.Hierarchy == nil {
		o.Hierarchy = []string{"business", "product", "service", "module"}
	}
	o.Run = cmp.Or(o.Run, 2016)
	o.NodeLabel = cmp.Or(o.NodeLabel, "node")
	o.ProcessLabel = cmp.Or(o.ProcessLabel, "process")
	return o
}

// Fleet is a simulated fleet. It may be used by one goroutine at a time.
type Fleet struct {
	Modules []*Module

	options Options
	groups  []*group // inner nodes of the tree
	epoch   int64    // when counters started, Unix seconds
	summed  []sum    // of each module, see counters.go
}

// New builds a fleet.
func New(o Options) *Fleet {
	o = o.withDefaults()
	f := &Fleet{options: o, epoch: o.Now.Truncate(24 * time.Hour).Unix()}
	rng := rand.New(rand.NewPCG(o.Seed, 1))
	nodes := 0
	for _, p := range places(rng, o.Modules) {
		m := newModule(rng, p, o.Now.Unix())
		for i := range m.Devices {
			m.Devices[i].Node, m.Devices[i].Site, m.Devices[i].Rack = nodeName(nodes), siteOf(nodes), rackOf(nodes)
			nodes++
		}
		f.Modules = append(f.Modules, m)
	}
	f.groups = groupsOf(f.Modules)
	f.summed = make([]sum, len(f.Modules))
	return f
}

// Devices counts the devices of all modules.
func (f *Fleet) Devices() (n int) {
	for _, m := range f.Modules {
		n += len(m.Devices)
	}
	return n
}

// group is an inner node of the tree with the modules below it.
type group struct {
	path    []string
	modules []int // indexes
}

func groupsOf(modules []*Module) []*group {
	var groups []*group
	for depth := 1; depth < 4; depth++ {
		var last *group
		for i, m := range modules { // sorted by path, so a group's modules follow each other
			path := m.Path[:depth]
			if last == nil || !slices.Equal(last.path, path) {
				last = &group{path: path}
				groups = append(groups, last)
			}
			last.modules = append(last.modules, i)
		}
	}
	return groups
}
