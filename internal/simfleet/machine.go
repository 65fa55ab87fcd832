package simfleet

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/procfs"

	"headroom/storage"
)

// Machine reports the real processes of this machine, as one more business:
//
//   - this machine / HOST / machine / all: the load of the whole machine;
//   - this machine / HOST / commands / COMMAND: each group of processes that run
//     the same command, its load being its share of the whole machine's CPU.
//
// The busy seconds of a process are its CPU seconds. It may be used by one
// goroutine at a time.
type Machine struct {
	fleet *Fleet // for its labels
	fs    procfs.FS
	host  string

	settled time.Duration // age from which a process counts

	at    time.Time       // of the last sample
	total procfs.CPUStat  // of the machine, then
	used  map[int]process // by pid, then
}

// process is what is remembered of one until the next sample.
type process struct {
	started uint64  // tells a new process with an old pid apart
	cpu     float64 // seconds
}

// ThisMachine is the name of its business.
const ThisMachine = "this machine"

// NewMachine reads /proc. Only the labels' names of the options matter.
func NewMachine(o Options) (*Machine, error) {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return nil, fmt.Errorf("this machine's processes: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("this machine's name: %w", err)
	}
	return &Machine{fleet: &Fleet{options: o.withDefaults()}, fs: fs, host: host, settled: settledAfter}, nil
}

// Sample emits what the machine and its processes did since the last Sample.
// The first has counters only: a load needs two looks.
func (m *Machine) Sample(now time.Time, emit Emit) error {
	stat, err := m.fs.Stat()
	if err != nil {
		return fmt.Errorf("this machine's load: %w", err)
	}
	procs, err := m.fs.AllProcs()
	if err != nil {
		return fmt.Errorf("this machine's processes: %w", err)
	}
	elapsed := allTime(stat.CPUTotal) - allTime(m.total)
	first := m.at.IsZero()
	var rows []storage.Series
	if busy := workTime(stat.CPUTotal) - workTime(m.total); !first && elapsed > 0 {
		rows = append(rows, m.one([]string{"machine", "all"}, loadMetric, now, min(100, 100*busy/elapsed))) // rounding
	}
	used, spent := map[int]process{}, map[string]float64{}
	for _, p := range procs {
		rows = m.appendProcess(rows, p, now, used, spent)
	}
	for command, seconds := range spent {
		if !first && elapsed > 0 {
			rows = append(rows, m.one([]string{"commands", command}, loadMetric, now, min(100, 100*seconds/elapsed)))
		}
	}
	m.at, m.total, m.used = now, stat.CPUTotal, used
	return emit(rows)
}

// settledAfter is the age from which a process counts: commands that come and go
// would each leave a silent module behind. Builds, tests and pauses of scripts take
// minutes, services live longer.
const settledAfter = 10 * time.Minute

// appendProcess adds a process' counters and notes the CPU time that it used
// since the last sample. A process that ended meanwhile or has just begun is
// left out, as are the kernel's threads.
func (m *Machine) appendProcess(rows []storage.Series, p procfs.Proc, now time.Time, used map[int]process, spent map[string]float64) []storage.Series {
	stat, err := p.Stat()
	if err != nil || stat.RSS == 0 {
		return rows
	}
	if began, err := stat.StartTime(); err != nil || float64(now.Unix())-began < m.settled.Seconds() {
		return rows
	}
	cpu, place := stat.CPUTime(), []string{"commands", stat.Comm}
	before, known := m.used[p.PID]
	if !known || before.started != stat.Starttime {
		before.cpu = 0
		if m.used == nil {
			before.cpu = cpu // what it used before anyone looked
		}
	}
	used[p.PID] = process{started: stat.Starttime, cpu: cpu}
	spent[stat.Comm] += cpu - before.cpu
	pid := storage.Label{Name: m.fleet.options.ProcessLabel, Value: strconv.Itoa(p.PID)}
	return append(rows,
		m.one(place, busyMetric, now, cpu, pid),
		m.one(place, "headroom_process_cpu_seconds_total", now, cpu, pid),
		m.one(place, "headroom_process_resident_memory_bytes", now, float64(stat.ResidentMemory()), pid))
}

func (m *Machine) one(place []string, metric string, now time.Time, v float64, extra ...storage.Label) storage.Series {
	node := storage.Label{Name: m.fleet.options.NodeLabel, Value: m.host}
	path := append([]string{ThisMachine, m.host}, place...)
	return one(m.fleet.labels(path, metric, append(extra, node)...), now.Unix(), v)
}

// workTime is the seconds that all CPUs worked, allTime those that passed.
func workTime(c procfs.CPUStat) float64 {
	return c.User + c.Nice + c.System + c.IRQ + c.SoftIRQ + c.Steal
}

func allTime(c procfs.CPUStat) float64 { return workTime(c) + c.Idle + c.Iowait }
