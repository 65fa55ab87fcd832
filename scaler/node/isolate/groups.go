package isolate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/containerd/cgroups/v3"

	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// How the machine has its control groups.
const (
	V1     = "v1"
	Hybrid = "hybrid" // v1's controllers, and a v2 mount without any
	V2     = "v2"
)

const mountpoint = "/sys/fs/cgroup"

// The controllers of v1 that limit or count a service.
var controllers = []string{"cpu", "cpuacct", "memory", "pids"}

// Options say where groups are made.
type Options struct {
	Root  string  // name of the group over all services; default "headroom"
	Mode  string  // V1, Hybrid or V2; empty: as the machine is
	Cores float64 // of the machine, for quotas; 0: as many as there are
}

// Groups are the control groups of a node. The caller sees to it that no two calls
// about the same service run at once.
type Groups struct {
	root  string
	mode  string
	cores float64
	v1    []string // controllers that there are
}

// Open looks at the machine. It makes no group yet.
func Open(o Options) (*Groups, error) {
	g := &Groups{root: o.Root, mode: o.Mode, cores: o.Cores}
	if g.root == "" {
		g.root = "headroom"
	}
	if !filepath.IsLocal(g.root) || g.root == "." {
		return nil, fmt.Errorf("control groups: %q cannot be the name of a group", g.root)
	}
	if g.cores <= 0 {
		g.cores = float64(runtime.NumCPU())
	}
	if err := kernelCan(); err != nil {
		return nil, err
	}
	return g, g.look()
}

func (g *Groups) look() error {
	if g.mode == "" {
		g.mode = map[cgroups.CGMode]string{cgroups.Legacy: V1, cgroups.Hybrid: Hybrid, cgroups.Unified: V2}[cgroups.Mode()]
	}
	if g.mode == "" {
		return fmt.Errorf("control groups: none are mounted at %s", mountpoint)
	}
	if g.mode == V2 {
		return nil
	}
	for _, name := range controllers {
		if _, err := os.Stat(filepath.Join(mountpoint, name)); err == nil {
			g.v1 = append(g.v1, name)
		}
	}
	for _, name := range []string{"cpu", "pids"} {
		if !g.has(name) {
			return fmt.Errorf("control groups: there is no controller %s in %s", name, mountpoint)
		}
	}
	return nil
}

func (g *Groups) has(controller string) bool {
	for _, name := range g.v1 {
		if name == controller {
			return true
		}
	}
	return false
}

// Mode tells how the machine has its control groups: V1, Hybrid or V2.
func (g *Groups) Mode() string { return g.mode }

// Cores tells for how many cores quotas are.
func (g *Groups) Cores() float64 { return g.cores }

// Group names the directories of a service, whether they are there or not.
func (g *Groups) Group(service string) worker.Group {
	if g.mode == V2 {
		dir := filepath.Join(mountpoint, g.root, dirOf(service))
		return worker.Group{CPU: dir, Memory: dir, Pids: dir, V2: true}
	}
	return worker.Group{CPU: g.in("cpu", service), Memory: g.in("memory", service), Pids: g.in("pids", service)}
}

// in is a service's directory in a hierarchy of v1; empty if there is none.
func (g *Groups) in(controller, service string) string {
	if !g.has(controller) {
		return ""
	}
	return filepath.Join(mountpoint, controller, g.root, dirOf(service))
}

// trunk is the directory over all services under which the leaves are.
func (g *Groups) trunk() string {
	switch g.mode {
	case V2:
		return filepath.Join(mountpoint, g.root)
	case Hybrid:
		return filepath.Join(mountpoint, "unified", g.root)
	default:
		return filepath.Join(mountpoint, "pids", g.root)
	}
}

// Service makes the group of a service, or changes the limits of the one that is there.
func (g *Groups) Service(service string, l wire.Limits) (worker.Group, error) {
	err := os.MkdirAll(filepath.Join(g.trunk(), dirOf(service)), 0o755) // by which it is listed
	if err = errors.Join(err, g.limit(service, l)); err != nil {
		return worker.Group{}, fmt.Errorf("control group of %s: %w", service, err)
	}
	return g.Group(service), nil
}

// DeleteService removes the group of a service, which must have no worker left.
func (g *Groups) DeleteService(service string) error {
	return g.remove(dirOf(service))
}

// Remove removes the root group, which must have no service left, and the file of
// [Groups.Claim] if no daemon holds it.
func (g *Groups) Remove() error {
	if err := g.remove(""); err != nil {
		return err
	}
	f, err := g.Claim()
	if err != nil {
		return nil // another daemon has begun to work with the groups
	}
	return errors.Join(os.Remove(g.lockName()), f.Close())
}

// remove removes one directory under the root in every hierarchy.
func (g *Groups) remove(dir string) error {
	all := []string{filepath.Join(g.trunk(), dir)}
	for _, name := range g.v1 {
		all = append(all, filepath.Join(mountpoint, name, g.root, dir))
	}
	var errs []error
	for _, dir := range all {
		if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Services lists the services that have a group.
func (g *Groups) Services() ([]string, error) {
	services, err := subdirs(g.trunk())
	if err != nil {
		return nil, fmt.Errorf("list control groups: %w", err)
	}
	return services, nil
}

// Leaves lists the leaves that there are, whether something runs in them or not.
func (g *Groups) Leaves() ([]Leaf, error) {
	var all []Leaf
	services, err := subdirs(g.trunk())
	for _, service := range services {
		workers, wrong := subdirs(filepath.Join(g.trunk(), dirOf(service)))
		err = errors.Join(err, wrong)
		for _, id := range workers {
			all = append(all, g.leaf(service, id))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list control groups: %w", err)
	}
	return all, nil
}

// subdirs lists the ids of the groups in a directory; none if it is not there.
func subdirs(dir string) (ids []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if id, ok := idOf(e.Name()); ok && e.IsDir() {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func read(dir, file string) string {
	text, _ := os.ReadFile(filepath.Join(dir, file)) // what is missing is empty
	return strings.TrimSpace(string(text))
}

func write(dir, file, value string) error {
	return os.WriteFile(filepath.Join(dir, file), []byte(value), 0)
}
