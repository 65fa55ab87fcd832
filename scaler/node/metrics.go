package node

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"headroom/scaler/node/balance"
	"headroom/scaler/node/guard"
	"headroom/scaler/node/send"
	"headroom/scaler/node/wire"
)

// metric is one of the daemon's own, with its values by one label.
type metric struct {
	name, kind, help string
	label            string // empty: there is one value, and no label
	values           []value
}

type value struct {
	label string
	v     float64
}

func one[N int | int64 | float64](v N) []value { return []value{{v: float64(v)}} }

func flag(b bool) []value {
	if b {
		return one(1)
	}
	return one(0)
}

// own are the daemon's own metrics as they are now.
func (d *Daemon) own() []metric {
	all := []metric{
		{"headroom_node_build_info", "gauge", "1, with the daemon's version.", "version", []value{{d.o.Version, 1}}},
		{"headroom_node_workers", "gauge", "Workers by state.", "state", countStates(d.statuses())},
		{"headroom_node_refused_total", "counter", "Workers that the node's own limits refused, by limit.", "limit", d.refusals()},
		{"headroom_node_desired_unsaved", "gauge", "1 while the desired state in force is not on disk.", "", flag(d.store.unsaved())},
		{"headroom_node_state_failures_total", "counter", "Attempts to write the desired state down that failed.", "", one(d.store.failures.Load())},
	}
	all = append(all,
		metric{"headroom_node_tasks", "gauge", "Tasks of flows that are under way or wait for their turn.", "", one(d.tasks.Running())},
		metric{"headroom_node_tasks_total", "counter", "Tasks of flows that came to an end, by how.", "result", d.taskEnds()})
	if d.client != nil {
		s := d.client.Stats()
		all = append(all, metric{"headroom_node_syncs_total", "counter", "Reports to the server, by what came of them.", "result",
			[]value{{"answered", float64(s.Answered)}, {"failed", float64(s.Failed)}, {"refused", float64(s.Refused)}}})
		if !s.Last.IsZero() {
			all = append(all, metric{"headroom_node_last_sync_timestamp_seconds", "gauge", "When the server last answered.", "", one(s.Last.Unix())})
		}
	}
	if d.sender != nil {
		all = append(all, sending(d.sender.Stats())...)
	}
	if d.follower != nil {
		all = append(all, metric{"headroom_node_proxies", "gauge", "Proxies of this machine, by whether they have all workers.", "state", countProxies(d.follower.Status())})
	}
	return append(all, process()...)
}

func sending(s send.Stats) []metric {
	return []metric{
		{"headroom_node_send_requests_total", "counter", "Requests with samples, by what came of them.", "result", []value{
			{"sent", float64(s.Sent)}, {"failed", float64(s.Failed)}, {"refused", float64(s.Refused)},
			{"dropped", float64(s.Dropped)}, {"skipped", float64(s.Skipped)},
		}},
		{"headroom_node_send_waiting_requests", "gauge", "Requests with samples that the server has not taken yet.", "", one(s.Waiting)},
		{"headroom_node_send_waiting_bytes", "gauge", "Their size, on disk and in memory.", "", one(s.WaitingBytes)},
		{"headroom_node_send_memory_bytes", "gauge", "What of it the disk did not take.", "", one(s.Memory)},
	}
}

func countStates(statuses []wire.Status) []value {
	n := map[wire.State]int{}
	for _, s := range statuses {
		n[s.State]++
	}
	var all []value
	for _, state := range []wire.State{wire.Starting, wire.Ready, wire.Unhealthy, wire.Backoff, wire.Draining, wire.Stopped, wire.Refused} {
		all = append(all, value{string(state), float64(n[state])})
	}
	return all
}

func countProxies(proxies []balance.ProxyStatus) []value {
	good, bad := value{label: "good"}, value{label: "faulty"}
	for _, p := range proxies {
		if p.Fault == "" {
			good.v++
		} else {
			bad.v++
		}
	}
	return []value{good, bad}
}

func (d *Daemon) refusals() (all []value) {
	for _, rule := range guard.Rules {
		all = append(all, value{string(rule), float64(d.inForce.refusedSoFar(rule))})
	}
	return all
}

func (d *Daemon) taskEnds() (all []value) {
	for _, s := range []wire.TaskState{wire.TaskDone, wire.TaskFailed, wire.TaskRefused, wire.TaskUnknown, wire.TaskLost} {
		all = append(all, value{string(s), float64(d.tasks.Ended(s))})
	}
	return all
}

// process are what every program tells of itself, under the names that all use.
func process() []metric {
	all := []metric{{"go_goroutines", "gauge", "Goroutines of the daemon.", "", one(runtime.NumGoroutine())}}
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) == nil {
		cpu := time.Duration(used.Utime.Nano() + used.Stime.Nano())
		all = append(all, metric{"process_cpu_seconds_total", "counter", "CPU time of the daemon.", "", one(cpu.Seconds())})
	}
	if statm, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := strings.Fields(string(statm)); len(fields) > 1 {
			pages, _ := strconv.Atoi(fields[1]) // the kernel writes numbers
			all = append(all, metric{"process_resident_memory_bytes", "gauge", "Memory of the daemon.", "", one(pages * os.Getpagesize())})
		}
	}
	return all
}

// metrics writes the daemon's own metrics in Prometheus' text format.
func (d *Daemon) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	out := bufio.NewWriter(w)
	defer out.Flush()
	for _, m := range d.own() {
		fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", m.name, m.help, m.name, m.kind)
		for _, v := range m.values {
			name := m.name
			if m.label != "" {
				name = fmt.Sprintf("%s{%s=%q}", m.name, m.label, v.label)
			}
			fmt.Fprintf(out, "%s %s\n", name, strconv.FormatFloat(v.v, 'g', -1, 64))
		}
	}
}

// collect are the series that are sent: what was measured, and the daemon's own.
func (d *Daemon) collect(now time.Time) []send.Series {
	series := d.measure.Series(now)
	node := send.Label{Name: "node", Value: d.o.Settings.Node.Name}
	for _, m := range d.own() {
		if !strings.HasPrefix(m.name, "headroom_") {
			continue // without a job they would be anybody's
		}
		for _, v := range m.values {
			labels := []send.Label{node}
			if m.label != "" {
				labels = append(labels, send.Label{Name: m.label, Value: v.label})
				sortLabels(labels)
			}
			series = append(series, send.Series{Name: m.name, Labels: labels, Value: v.v})
		}
	}
	return series
}

func sortLabels(l []send.Label) {
	if l[0].Name > l[1].Name {
		l[0], l[1] = l[1], l[0]
	}
}
