package sync

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"headroom/internal/faults"
	"headroom/scaler/node/wire"
)

// Parse reads a desired state for a node and checks it: all of it is good, or the
// error names everything that is not.
func Parse(text []byte, node string) (wire.Desired, error) {
	var d wire.Desired
	// No list has more elements than there are commas, and so they bound what it takes.
	if n := bytes.Count(text, []byte{','}); n > maxParts {
		return wire.Desired{}, fmt.Errorf("read the desired state: want at most %d commas in it, found %d", maxParts, n)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&d); err != nil {
		return wire.Desired{}, fmt.Errorf("read the desired state: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return wire.Desired{}, fmt.Errorf("read the desired state: there is more behind it")
	}
	if err := Check(d, node); err != nil {
		return wire.Desired{}, err
	}
	return d, nil
}

// Limits of a desired state, far above what a machine can run.
const (
	maxParts   = 250_000 // of lists and objects
	maxWorkers = 10_000
	maxTasks   = 10 * (wire.MaxTasks + wire.MaxSeenTasks)
	maxFaults  = 100 // that are told
	maxLooks   = 20_000
)

// Check reports what is wrong with a desired state for a node: everything, unless that is
// very much.
func Check(d wire.Desired, node string) error {
	var l faults.List
	if d.Version == "" {
		l.Add("version", "want one, found none")
	}
	if d.Node != node {
		l.Add("node", "want %q, which this is, found %q", node, d.Node)
	}
	for _, module := range sorted(d.Services) {
		checkService(&l, "services["+module+"]", module, d.Services[module])
	}
	if n := len(d.Workers); n > maxWorkers {
		l.Add("workers", "want at most %d, found %d", maxWorkers, n)
		return l.Err() // which is no list of all that is wrong with each
	}
	seen := map[string]bool{}
	for i, w := range d.Workers {
		key := fmt.Sprintf("workers[%d]", i)
		checkWorker(&l, key, w, d.Services[w.Service])
		if seen[w.ID] {
			l.Add(key+".id", "want one of its own, found %q a second time", w.ID)
		}
		seen[w.ID] = true
	}
	checkTasks(&l, d.Tasks)
	if d.Declared != nil {
		checkDeclared(&l, d.Declared)
	}
	if n := len(l); n > maxFaults {
		l = append(l[:maxFaults], fmt.Sprintf("and %d more", n-maxFaults))
	}
	return l.Err()
}

// checkTasks wants tasks that can be told apart. What a kind of task asks is read when it
// is done, so that one that this daemon does not know spoils nothing else.
func checkTasks(l *faults.List, tasks []wire.Task) {
	if n := len(tasks); n > maxTasks {
		l.Add("tasks", "want at most %d, found %d", maxTasks, n)
		return
	}
	seen := map[string]bool{}
	for i, t := range tasks {
		key := fmt.Sprintf("tasks[%d]", i)
		if t.ID == "" || len(t.ID) > wire.MaxTaskID || seen[t.ID] {
			l.Add(key+".id", "want one of its own of at most %d bytes, found %.80q", wire.MaxTaskID, t.ID)
		}
		seen[t.ID] = true
		if t.Timeout <= 0 || t.Timeout > wire.MaxTaskTime {
			l.Add(key+".timeout", "want more than 0 and at most %s, found %s", wire.MaxTaskTime, t.Timeout)
		}
		if n := len(t.Spec); n > wire.MaxTaskSpec {
			l.Add(key+".spec", "want at most %d bytes, found %d", wire.MaxTaskSpec, n)
		}
	}
}

// checkDeclared wants what can be looked for, and not without end.
func checkDeclared(l *faults.List, d *wire.Declared) {
	if n := len(d.Packages) + len(d.Files) + len(d.Processes) + len(d.Ports); n > maxLooks {
		l.Add("declared", "want at most %d things to look for, found %d", maxLooks, n)
		return
	}
	if d.Version == "" && len(d.Packages)+len(d.Files)+len(d.Processes)+len(d.Ports) > 0 {
		l.Add("declared.version", "want one, found none")
	}
	for i, p := range d.Files {
		if !path.IsAbs(p) || path.Clean(p) != p || strings.ContainsRune(p, 0) {
			l.Add(fmt.Sprintf("declared.files[%d]", i), "want an absolute path, found %q", p)
		}
	}
	for i, port := range d.Ports {
		if port < 1 || port > math.MaxUint16 {
			l.Add(fmt.Sprintf("declared.ports[%d]", i), "want 1 to 65535, found %d", port)
		}
	}
}

// workerID can be the name of a directory.
var workerID = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$`)

func checkWorker(l *faults.List, key string, w wire.Worker, s *wire.Service) {
	if !workerID.MatchString(w.ID) {
		l.Add(key+".id", "want up to 100 letters, digits, dot, _ and -, found %q", w.ID)
	}
	if w.Port < 0 || w.Port > math.MaxUint16 {
		l.Add(key+".port", "want 0 to 65535, found %d", w.Port)
	}
	if s == nil {
		l.Add(key+".service", "want one of services, found %q", w.Service)
	} else if w.Port == 0 && (s.Health.Kind == "http" || s.Health.Kind == "tcp") {
		l.Add(key+".port", "want one, since the health check of %s is %s, found 0", w.Service, s.Health.Kind)
	}
}

func checkService(l *faults.List, key, module string, s *wire.Service) {
	if s == nil {
		l.Add(key, "want a service, found null")
		return
	}
	if s.Module != module || module == "" {
		l.Add(key+".module", "want %q, found %q", module, s.Module)
	}
	if len(s.Command) == 0 || s.Command[0] == "" {
		l.Add(key+".command", "want a program, found none")
	}
	for i, m := range s.Mounts {
		for name, dir := range map[string]string{"source": m.Source, "target": m.Target} {
			if !path.IsAbs(dir) || path.Clean(dir) != dir {
				l.Add(fmt.Sprintf("%s.mounts[%d].%s", key, i, name), "want an absolute path, found %q", dir)
			}
		}
		if m.Target == "/" { // what is writable there is the machine
			l.Add(fmt.Sprintf("%s.mounts[%d].target", key, i), "want a directory below /, found %q", m.Target)
		}
	}
	oneOf(l, key+".health.kind", s.Health.Kind, "http", "tcp", "none", "")
	oneOf(l, key+".latency.source", s.Latency.Source, "tcp", "statsd", "haproxy", "metrics", "none", "")
	checkNumbers(l, key, s)
}

// Limits of what a node does again and again, and of how long it waits.
const (
	minInterval = wire.Duration(100 * time.Millisecond)
	maxWait     = wire.Duration(24 * time.Hour)
	maxKeep     = 1000
)

// checkNumbers wants every number of a service to be one that can be meant.
func checkNumbers(l *faults.List, key string, s *wire.Service) {
	for _, n := range []struct {
		name  string
		value float64
	}{
		{"limits.cpu_percent", s.Limits.CPUPercent},
		{"limits.period", float64(s.Limits.Period)},
		{"limits.burst", float64(s.Limits.Burst)},
		{"limits.memory", float64(s.Limits.Memory)},
		{"limits.pids", float64(s.Limits.Pids)},
		{"limits.files", float64(s.Limits.Files)},
		{"log.max_size", float64(s.Log.MaxSize)},
		{"log.keep", float64(s.Log.Keep)},
		{"health.interval", float64(s.Health.Interval)},
		{"health.timeout", float64(s.Health.Timeout)},
		{"health.failures", float64(s.Health.Failures)},
		{"health.restart", float64(s.Health.Restart)},
		{"startup", float64(s.Startup)},
		{"drain", float64(s.Drain)},
		{"stop", float64(s.Stop)},
		{"overload.latency", float64(s.Overload.Latency)},
		{"overload.slices", float64(s.Overload.Slices)},
		{"overload.good", float64(s.Overload.Good)},
		{"overload.max_out", s.Overload.MaxOut},
		{"may_take_out", float64(s.MayTakeOut)},
	} {
		if n.value < 0 {
			l.Add(key+"."+n.name, "want 0 or more, found %v", n.value)
		}
	}
	for name, d := range map[string]wire.Duration{"health.timeout": s.Health.Timeout, "startup": s.Startup, "drain": s.Drain, "stop": s.Stop} {
		if d > maxWait {
			l.Add(key+"."+name, "want at most %s, found %s", maxWait, d)
		}
	}
	if d := s.Health.Interval; 0 < d && d < minInterval {
		l.Add(key+".health.interval", "want %s or more, found %s", minInterval, d)
	}
	if s.Log.Keep > maxKeep {
		l.Add(key+".log.keep", "want at most %d, found %d", maxKeep, s.Log.Keep)
	}
}

func oneOf(l *faults.List, key, v string, choices ...string) {
	if !slices.Contains(choices, v) {
		l.Add(key, "want one of %q, found %q", choices[:len(choices)-1], v)
	}
}
