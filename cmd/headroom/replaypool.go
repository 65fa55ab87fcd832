package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/alecthomas/kingpin/v2"

	"headroom/internal/config"
	"headroom/internal/yamlfile"
	"headroom/scaler/allocate"
	"headroom/scaler/pool"
	"headroom/scaler/replay"
)

// replayPool is the pool that all replayed services share.
type replayPool struct {
	nodes        int // 0: those of the server; of files none
	cores        float64
	memory       string
	domains      int
	labels       []string
	workerCPU    float64
	workerMemory string
}

const mostReplayNodes = 100_000

func (p *replayPool) addFlags(cmd *kingpin.CmdClause) {
	cmd.Flag("nodes", "All services share so many equal nodes, on which the allocator places what the policy decides; 0: the ready nodes of the server's pool; of files: no pool.").IntVar(&p.nodes)
	cmd.Flag("node-cores", "With --nodes: cores of each.").Default("8").Float64Var(&p.cores)
	cmd.Flag("node-memory", "With --nodes: memory of each that workers may use.").Default("16GiB").StringVar(&p.memory)
	cmd.Flag("domains", "With --nodes: failure domains that they stand in, in turn.").Default("1").IntVar(&p.domains)
	cmd.Flag("domain-label", "Of a server's nodes: label that tells the failure domain, as rack; again for one below it.").StringsVar(&p.labels)
	cmd.Flag("worker-cpu", "Cores that a worker is expected to use.").Default("0.2").Float64Var(&p.workerCPU)
	cmd.Flag("worker-memory", "Memory of a worker.").Default("64MiB").StringVar(&p.workerMemory)
}

// check reports every flag that cannot work.
func (p *replayPool) check() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(0 <= p.nodes && p.nodes <= mostReplayNodes, "--nodes: want a number from 0 to %d, got %d", mostReplayNodes, p.nodes)
	bad(0 < p.cores && p.cores <= 10_000, "--node-cores: want a number above 0, up to 10000, got %v", p.cores)
	bad(1 <= p.domains && p.domains <= mostReplayNodes, "--domains: want a number from 1 to %d, got %d", mostReplayNodes, p.domains)
	bad(0 <= p.workerCPU && p.workerCPU <= 10_000, "--worker-cpu: want a number from 0 to 10000, got %v", p.workerCPU)
	_, err := yamlfile.ParseBytes(p.memory)
	bad(err == nil, "--node-memory: %w", err)
	_, err = yamlfile.ParseBytes(p.workerMemory)
	bad(err == nil, "--worker-memory: %w", err)
	return errors.Join(errs...)
}

// place runs the services in the pool; nil: there is none.
func (r *replayCommand) place(ctx context.Context, all []*replay.Comparison) (*replay.Placement, error) {
	nodes, err := r.pool.of(r.client, len(r.files) > 0)
	if err != nil || len(nodes) == 0 || len(all) == 0 {
		return nil, err
	}
	standard, err := pool.SettingsOf(config.Default())
	if err != nil {
		return nil, err
	}
	memory, err := yamlfile.ParseBytes(r.pool.workerMemory)
	if err != nil {
		return nil, err
	}
	return replay.Place(ctx, all, replay.Pool{Nodes: nodes, CPU: r.pool.workerCPU, Memory: int64(memory), Limits: standard.Limits})
}

// of makes the nodes, or asks the server for its own.
func (p *replayPool) of(c *client, files bool) (nodes []allocate.Node, err error) {
	if p.nodes > 0 {
		memory, err := yamlfile.ParseBytes(p.memory)
		return replay.Nodes(p.nodes, p.cores, int64(memory), p.domains), err
	}
	if files {
		return nil, nil
	}
	var own []pool.Node
	if err := c.get("nodes", filters("state", string(pool.Ready)), &own); err != nil {
		return nil, fmt.Errorf("the pool's nodes: %w", err)
	}
	for i := range own {
		res := &own[i].Resources
		n := allocate.Node{Name: own[i].Name, Cores: res.Cores, Memory: res.Memory, Open: res.Cores > 0, MaxWorkers: res.MaxWorkers}
		for _, label := range p.labels {
			n.Domains = append(n.Domains, res.Labels[label])
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}
