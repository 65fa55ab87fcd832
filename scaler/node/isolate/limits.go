package isolate

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/containerd/cgroups/v3/cgroup1"
	"github.com/containerd/cgroups/v3/cgroup2"
	specs "github.com/opencontainers/runtime-spec/specs-go"

	"headroom/scaler/node/wire"
)

const noLimit = -1

// orNone is the limit for the kernel: a limit of 0 is none.
func orNone(limit int64) int64 {
	if limit <= 0 {
		return noLimit
	}
	return limit
}

func (g *Groups) limit(service string, l wire.Limits) error {
	quota := QuotaOf(l, g.cores)
	if g.mode == V2 {
		return g.limit2(service, l, quota)
	}
	return g.limit1(service, l, quota)
}

// limit1 makes and limits the groups of v1.
func (g *Groups) limit1(service string, l wire.Limits, quota Quota) error {
	memory, pids := orNone(l.Memory), orNone(int64(l.Pids))
	group, err := cgroup1.New(cgroup1.StaticPath(filepath.Join("/", g.root, dirOf(service))),
		&specs.LinuxResources{}, cgroup1.WithHierarchy(g.hierarchy))
	if err != nil {
		return err
	}
	if g.has("memory") {
		if err := group.Update(&specs.LinuxResources{Memory: &specs.LinuxMemory{Limit: &memory}}); err != nil {
			return err
		}
	}
	if err := group.Update(&specs.LinuxResources{Pids: &specs.LinuxPids{Limit: &pids}}); err != nil {
		return err
	}
	if pids == noLimit { // which the library does not write
		if err := write(g.in("pids", service), "pids.max", "max"); err != nil {
			return err
		}
	}
	return quota.apply1(g.in("cpu", service), group)
}

func (g *Groups) hierarchy() (all []cgroup1.Subsystem, err error) {
	known := map[string]cgroup1.Subsystem{
		"cpu": cgroup1.NewCpu(mountpoint), "cpuacct": cgroup1.NewCpuacct(mountpoint),
		"memory": cgroup1.NewMemory(mountpoint), "pids": cgroup1.NewPids(mountpoint),
	}
	for _, name := range g.v1 {
		all = append(all, known[name])
	}
	return all, nil
}

// apply1 sets the quota, if it differs. Quota and period are two files of which each
// must fit the other at any time, and a burst is at most the quota: so burst and
// quota go first.
func (q Quota) apply1(dir string, group cgroup1.Cgroup) error {
	us, period := q.Quota.Microseconds(), uint64(q.Period.Microseconds())
	same := read(dir, "cpu.cfs_quota_us") == strconv.FormatInt(us, 10) &&
		read(dir, "cpu.cfs_period_us") == strconv.FormatUint(period, 10)
	if !same {
		if err := errors.Join(burst(dir, "cpu.cfs_burst_us", 0), write(dir, "cpu.cfs_quota_us", "-1")); err != nil {
			return err
		}
		if err := group.Update(&specs.LinuxResources{CPU: &specs.LinuxCPU{Quota: &us, Period: &period}}); err != nil {
			return err
		}
	}
	return burst(dir, "cpu.cfs_burst_us", q.Burst)
}

func (g *Groups) limit2(service string, l wire.Limits, quota Quota) error {
	dir := filepath.Join(mountpoint, g.root, dirOf(service))
	memory, us, period := int64(math.MaxInt64), quota.Quota.Microseconds(), uint64(quota.Period.Microseconds())
	if l.Memory > 0 {
		memory = l.Memory
	}
	limits := &cgroup2.Resources{
		CPU:    &cgroup2.CPU{},
		Memory: &cgroup2.Memory{Max: &memory},
		Pids:   &cgroup2.Pids{Max: orNone(int64(l.Pids))},
	}
	max := cgroup2.NewCPUMax(&us, &period)
	same := read(dir, "cpu.max") == string(max)
	if !same {
		limits.CPU.Max = max
		if err := burst(dir, "cpu.max.burst", 0); err != nil {
			return err
		}
	}
	if _, err := cgroup2.NewManager(mountpoint, filepath.Join("/", g.root, dirOf(service)), limits); err != nil {
		return err
	}
	return burst(dir, "cpu.max.burst", quota.Burst)
}

// burst writes the file that the library does not know, if it differs.
func burst(dir, file string, d time.Duration) error {
	value := strconv.FormatInt(d.Microseconds(), 10)
	if now := read(dir, file); now == value || now == "" && d == 0 {
		return nil
	}
	err := write(dir, file, value)
	if errors.Is(err, os.ErrNotExist) {
		return errors.New("this kernel has no burst of CPU quota")
	}
	return err
}
