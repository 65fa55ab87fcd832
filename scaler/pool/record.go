package pool

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"headroom/internal/config"
	"headroom/scaler/node/wire"
	"headroom/scaler/policy"
	"headroom/storage/state"
)

// Order is who ordered something, why and when.
type Order struct {
	Who string    `json:"who"`
	Why string    `json:"why"`
	At  time.Time `json:"at"`
}

// by tells what was done by whom and why, as far as that was said.
func (o Order) by(what string) string {
	what += " by " + cmp.Or(o.Who, "somebody")
	if o.Why != "" {
		what += ": " + o.Why
	}
	return what
}

// The records are how things are kept. They are copied, never changed in place.

type nodeRecord struct {
	Name      string         `json:"name"`
	First     time.Time      `json:"first"` // when it joined
	Resources wire.Resources `json:"resources"`
	Version   string         `json:"version"` // of its daemon
	Boot      string         `json:"boot"`
	Daemon    string         `json:"daemon"`
	Cordon    *Order         `json:"cordon,omitempty"`
	Drain     *Order         `json:"drain,omitempty"`
	Lost      time.Time      `json:"lost,omitzero"` // since when it is
}

type serviceRecord struct {
	Module   string         `json:"module"`
	Config   config.Service `json:"config"` // as it was last configured
	Tree     []string       `json:"tree"`   // the hierarchy then
	Desired  int            `json:"desired"`
	Mode     *ModeOrder     `json:"mode,omitempty"`
	Hold     *HoldOrder     `json:"hold,omitempty"`
	Manual   *ManualOrder   `json:"manual,omitempty"`
	Retiring *Order         `json:"retiring,omitempty"`
}

// ModeOrder is a mode that a person set at run time.
type ModeOrder struct {
	Mode Mode `json:"mode"`
	Order
}

// HoldOrder keeps the number of workers of a service as it is.
type HoldOrder struct {
	Until time.Time `json:"until,omitzero"` // zero: until it is taken back
	Order
}

// ManualOrder is a number of workers that a person asked for.
type ManualOrder struct {
	Workers int `json:"workers"`
	Order
}

type workerRecord struct {
	ID      string    `json:"id"`
	Service string    `json:"service"`
	Node    string    `json:"node"`
	Port    int       `json:"port,omitempty"`
	Proxy   string    `json:"proxy,omitempty"`
	Restart int       `json:"restart,omitempty"`
	Asked   time.Time `json:"asked,omitzero"` // when a restart was asked for last
	Created time.Time `json:"created"`
	Why     string    `json:"why"`
	Instead string    `json:"instead,omitempty"` // the worker that it replaces
	Stop    *Stop     `json:"stop,omitempty"`    // nil: it shall run
}

// Stop is when and why a worker was told to stop.
type Stop struct {
	At  time.Time `json:"at"`
	Why string    `json:"why"`
}

// change is what changes at once, on the disk and then in memory.
type change struct {
	nodes    []nodeRecord
	services []serviceRecord
	workers  []workerRecord
	memories map[string]policy.Memory

	goneNodes, goneServices, goneWorkers []string
	decisions                            []state.PoolDecision
}

func (c *change) empty() bool {
	return len(c.nodes)+len(c.services)+len(c.workers)+len(c.memories)+
		len(c.goneNodes)+len(c.goneServices)+len(c.goneWorkers)+len(c.decisions) == 0
}

func (c *change) rows() (out state.PoolChange, err error) {
	put := func(into *[]state.PoolRow, id string, record any) {
		data, fault := json.Marshal(record)
		if fault != nil && err == nil {
			err = fmt.Errorf("%s: %w", id, fault)
		}
		*into = append(*into, state.PoolRow{ID: id, Data: data})
	}
	for _, r := range c.nodes {
		put(&out.Put.Nodes, r.Name, r)
	}
	for _, r := range c.services {
		put(&out.Put.Services, r.Module, r)
	}
	for _, r := range c.workers {
		put(&out.Put.Workers, r.ID, r)
	}
	for module, m := range c.memories {
		put(&out.Put.Memories, module, m)
	}
	out.Gone = state.PoolGone{Nodes: c.goneNodes, Services: c.goneServices, Workers: c.goneWorkers, Memories: c.goneServices}
	out.Decisions = c.decisions
	return out, err
}

func read[T any](rows []state.PoolRow, what string) (all []T, err error) {
	for _, r := range rows {
		var one T
		if err := json.Unmarshal(r.Data, &one); err != nil {
			return nil, fmt.Errorf("read %s %q: %w", what, r.ID, err)
		}
		all = append(all, one)
	}
	return all, nil
}

func readMemories(rows []state.PoolRow) (map[string]policy.Memory, error) {
	all := make(map[string]policy.Memory, len(rows))
	for _, r := range rows {
		var m policy.Memory
		if err := json.Unmarshal(r.Data, &m); err != nil {
			return nil, fmt.Errorf("read what scaling remembers of %q: %w", r.ID, err)
		}
		all[r.ID] = m
	}
	return all, nil
}
