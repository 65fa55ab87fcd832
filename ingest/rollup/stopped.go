package rollup

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"headroom/storage/fleet"
)

// Stopped is a process that reported within a day and does not any more.
type Stopped struct {
	Module  *fleet.Node
	Device  string
	Process string
	Last    time.Time // of its newest sample

	Replaced   bool // another process of the module has begun to report on the device since
	DeviceGone bool // nothing on the device reports, or has for a while after it: it may be the device that stopped

	wait int64 // after how long without a sample it counts as stopped, ms
}

// wait is after how long without a sample a process has stopped, in ms: quiet, or
// two and a half of its own intervals if these are longer.
func (p *process) wait(quiet time.Duration) int64 {
	return max(quiet.Milliseconds(), int64(p.every)*5/2)
}

// stopped tells whether it has, at a time in Unix ms.
func (p *process) stopped(at int64, quiet time.Duration) bool {
	return p.last > 0 && at-p.last > p.wait(quiet)
}

// lived tells whether it reported for at least a time, as far as is known: a
// process that was there before the rollup is as young as that.
func (p *process) lived(age time.Duration) bool {
	return p.last-int64(p.first)*1000 >= age.Milliseconds()
}

// EachStopped calls f with the processes that have not reported for at least
// quiet at the end of the newest closed minute, after they had for at least age:
// a command that somebody ran is not missed. Those that were replaced, as by a
// restart under a new name, are among them: each process that began to report
// after one had stopped, and goes on or did so for as long, replaces one. f must
// not call the rollup.
func (r *Rollup) EachStopped(quiet, age time.Duration, f func(Stopped)) {
	r.mu.Lock()
	modules := r.modules[:len(r.modules):len(r.modules)]
	r.mu.Unlock()
	for _, m := range modules {
		if m != nil {
			m.eachStopped((r.Closed()+60)*1000, quiet, age, f)
		}
	}
}

// Reports tells whether a device, or a process on it unless its name is empty,
// reported to a module at the end of the newest closed minute.
func (r *Rollup) Reports(n *fleet.Node, device, process string, quiet time.Duration) bool {
	m := r.known(n)
	if m == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if process == "" {
		return m.reports(device, r.Closed(), r.opts.DeviceTimeout)
	}
	p := m.processes[device+"\xff"+process]
	return p != nil && p.last > 0 && !p.stopped((r.Closed()+60)*1000, quiet)
}

// Begun is when the youngest process on a device of a module began to report that
// has not been quiet since; zero if there is none.
func (r *Rollup) Begun(n *fleet.Node, device string, quiet time.Duration) (youngest time.Time) {
	m := r.known(n)
	if m == nil {
		return youngest
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, p := range m.processes {
		name, _, _ := strings.Cut(id, "\xff")
		if first := time.Unix(int64(p.first), 0); name == device && p.last > 0 && first.After(youngest) && !p.stopped((r.Closed()+60)*1000, quiet) {
			youngest = first
		}
	}
	return youngest
}

// known returns the module of a node, nil if it never reported.
func (r *Rollup) known(n *fleet.Node) *module {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n.Index >= len(r.modules) {
		return nil
	}
	return r.modules[n.Index]
}

// reports tells whether a device's load counts. m.mu must be held.
func (m *module) reports(device string, minute int64, timeout time.Duration) bool {
	d := m.devices[device]
	if d == nil || d.last == 0 {
		return false
	}
	_, alive := d.at(minute, timeout, Last)
	return alive
}

func (m *module) eachStopped(at int64, quiet, age time.Duration, f func(Stopped)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dead := map[string][]Stopped{} // by device
	for id, p := range m.processes {
		if p.stopped(at, quiet) && p.lived(age) {
			device, name, _ := strings.Cut(id, "\xff")
			dead[device] = append(dead[device], Stopped{Module: m.node, Device: device, Process: name, Last: time.UnixMilli(p.last), wait: p.wait(quiet)})
		}
	}
	if len(dead) == 0 {
		return
	}
	begun := map[string][]int64{} // when those that replace others began to report, by device
	newest := map[string]int64{}  // when the device, or any process on it, reported last
	for id, p := range m.processes {
		if device, _, _ := strings.Cut(id, "\xff"); dead[device] != nil && p.last > 0 {
			if !p.stopped(at, quiet) || p.lived(age) {
				begun[device] = append(begun[device], int64(p.first))
			}
			newest[device] = max(newest[device], p.last)
		}
	}
	for device, all := range dead {
		if d := m.devices[device]; d != nil {
			newest[device] = max(newest[device], d.last)
		}
		replace(all, begun[device])
		for _, s := range all {
			s.DeviceGone = newest[device]-s.Last.UnixMilli() < s.wait || at-newest[device] > s.wait
			f(s)
		}
	}
}

// replace marks the processes that were replaced, given when others began to
// report, in Unix seconds: the earliest that began after the first one had stopped
// replaces it, and so on. Those that have stopped since count if they lived, so
// that of a chain of restarts only the last one is missing, and of one that comes
// and dies again and again the first.
func replace(dead []Stopped, begun []int64) {
	slices.Sort(begun)
	slices.SortFunc(dead, func(a, b Stopped) int { return cmp.Or(a.Last.Compare(b.Last), cmp.Compare(a.Process, b.Process)) })
	i := 0
	for _, first := range begun {
		if i < len(dead) && first >= dead[i].Last.Unix() {
			dead[i].Replaced = true
			i++
		}
	}
}
