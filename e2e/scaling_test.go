package e2e

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"headroom/scaler"
	"headroom/scaler/policy"
	"headroom/scaler/pool"
)

// Traffic doubles and falls again: workers come and go, and no request fails.
func TestScalingFollowsTheTraffic(t *testing.T) {
	t.Parallel()
	s := NewScaled(t, "70ms", "{minimum: 2, maximum: 4, target: 0.75, scale_in: 0.5, step_in: 1, stabilise: 0s, predictive: false, keep_peak: 'off', freeze_in_deviation: false}")
	first := processes(s.service())
	if len(first) != 2 {
		t.Fatalf("%d workers before the first decision; want the minimum of 2", len(first))
	}
	// 0.7 s of work a second, with some waiting: two workers are busy for about 44 % of
	// their time, and 60 % on a machine that has much else to do; with twice as much, for
	// more than all of it, since requests that wait count too.
	base := s.send("10")
	s.decided("two workers are enough", func(d *scaler.Record) bool {
		return d.Fraction.Known() && d.Fraction > 0.2 && d.Direction == policy.Hold && d.Desired == 2
	})

	more := s.send("10")
	out := s.decided("twice the traffic gets more workers", func(d *scaler.Record) bool { return d.Direction == policy.Out })
	if out.Desired <= 2 || !out.Applied || out.Cause != "busy" || out.Fraction <= 0.75 || !strings.Contains(out.Reason, "is above 0.75") {
		t.Errorf("%+v", out)
	}
	s.serving(out, first)
	s.told(out)

	more.stop()
	fell := time.Now()
	in := s.decided("half of the traffic gets fewer workers", func(d *scaler.Record) bool { return d.Direction == policy.In && d.At.After(fell) })
	if in.Desired >= in.Current || !in.Applied || in.Cause != "idle" || in.Reason == "" {
		t.Errorf("%+v", in)
	}
	Eventually(t, time.Minute, "the workers have left", func() bool {
		v := s.service()
		return v.Wanted < out.Desired && v.Stopping == 0 && v.Serving == v.Wanted && len(inGroups(s.node.group)) == v.Wanted
	})
	if !s.reaches(s.service().Workers) {
		t.Error("the load balancer does not send to all that stay")
	}
	base.stop()
}

// serving waits until what was decided serves, and looks at who does the work.
func (s *Scaled) serving(d *scaler.Record, before map[string]int) {
	s.t.Helper()
	var v pool.ServiceView
	Eventually(s.t, time.Minute, "the new workers serve", func() bool {
		v = s.service()
		return v.Wanted >= d.Desired && v.Serving == v.Wanted
	})
	Eventually(s.t, time.Minute, "HAProxy sends to them", func() bool { return s.reaches(v.Workers) })
	reached := time.Now()
	groups := inGroups(s.node.group)
	for _, w := range v.Workers {
		if pid, old := before[w.ID]; old && pid != w.PID {
			s.t.Errorf("%s was process %d, and is %d now", w.ID, pid, w.PID)
		}
		cgroup, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", w.PID))
		if !groups[w.PID] || !strings.Contains(string(cgroup), s.node.group+"/") {
			s.t.Errorf("%s: process %d is not in a group of its own:\n%s", w.ID, w.PID, cgroup)
		}
		if before[w.ID] == 0 {
			s.t.Logf("%s: from the minute's evaluation to serving %v (target 5 s), to requests by way of HAProxy at most %v",
				w.ID, w.Since.Sub(w.Created).Round(time.Millisecond), reached.Sub(w.Created).Round(time.Millisecond))
		}
	}
}

// told looks at what people see of a decision in a terminal.
func (s *Scaled) told(d *scaler.Record) {
	s.t.Helper()
	server := "--server=" + s.URL
	for _, c := range []struct {
		args  []string
		wants []string
	}{
		{[]string{"decisions", "--direction=out"}, []string{d.ID, "out", fmt.Sprintf("%d → %d", d.Current, d.Desired), "apply"}},
		{[]string{"decisions", "shop", "--newest"}, []string{"scale:" + scaledModule}},
		{[]string{"explain", d.ID}, []string{"Scaling of " + scaledModule, "busy fraction = ", "desired = ", "the pool was told"}},
		{[]string{"pool"}, []string{"1 ready"}},
		{[]string{"pool", "nodes"}, []string{s.node.name, "ready"}},
		{[]string{"pool", "node", s.node.name}, []string{scaledModule, "127.0.0.1:"}},
		{[]string{"pool", "services"}, []string{scaledModule, "apply"}},
		{[]string{"pool", "service", scaledModule}, []string{"mode apply", "Last decision"}},
	} {
		printed := MustRun(s.t, append(c.args, server)...)
		for _, want := range c.wants {
			if !strings.Contains(printed, want) {
				s.t.Errorf("headroom %v lacks %q:\n%s", c.args, want, printed)
			}
		}
	}
	for _, args := range [][]string{{"pool", "node", "nobody"}, {"pool", "drain", "nobody"}, {"pool", "service", "shop/nothing"}, {"pool", "hold", "shop/nothing"}, {"pool", "restart", "nobody"}} {
		if status, _, errs := Run(s.t, append(args, server)...); status != 1 || !strings.Contains(errs, "no such") {
			s.t.Errorf("headroom %v: exit status %d, %s", args, status, errs)
		}
	}
}

// The server dies under traffic, and then the daemon: the workers go on, the same ones,
// and are found again.
func TestScalingSurvivesTheServerAndTheDaemon(t *testing.T) {
	t.Parallel()
	s := NewScaled(t, "20ms", "{minimum: 3, maximum: 3}")
	load := s.send("20")
	first := processes(s.service())
	same := func(after string) {
		t.Helper()
		Eventually(t, time.Minute, "the same workers serve after "+after, func() bool {
			v := s.service()
			return v.Serving == 3 && maps.Equal(processes(v), first)
		})
		if in := inGroups(s.node.group); len(in) != 3 {
			t.Errorf("after %s %d processes run; want 3", after, len(in))
		}
	}

	MustRun(t, "pool", "hold", scaledModule, "--for=2h", "--reason=a crash is coming", "--server="+s.URL)
	s.Kill()
	if in := inGroups(s.node.group); len(in) != 3 {
		t.Errorf("without the server %d processes run; want 3", len(in))
	}
	if who, err := ask(s.proxy); err != nil {
		t.Errorf("without the server %s answers: %v", who, err)
	}
	s.Server = s.Restart()
	same("kill -9 of the server")
	if printed := MustRun(t, "pool", "service", scaledModule, "--server="+s.URL); !strings.Contains(printed, ": a crash is coming") {
		t.Errorf("after kill -9 of the server the hold is gone:\n%s", printed)
	}

	s.node.Kill()
	if who, err := ask(s.proxy); err != nil {
		t.Errorf("without the daemon %s answers: %v", who, err)
	}
	s.node.Start()
	Eventually(t, nodeWithin, "the workers are adopted", func() bool { return len(s.node.Statuses()) == 3 })
	for id, st := range s.node.Statuses() {
		if st.PID != first[id] || st.Restarts != 0 {
			t.Errorf("%s is %+v; want it to be process %d still", id, st, first[id])
		}
	}
	same("kill -9 of the daemon")
	s.decided("a minute is decided after all that", func(d *scaler.Record) bool { return d.Fraction.Known() })
	same("the next decision")
	load.stop()

	id := slices.Sorted(maps.Keys(first))[0]
	MustRun(t, "pool", "restart", id, "--server="+s.URL)
	Eventually(t, time.Minute, "a worker is another process, as was asked for", func() bool {
		v := s.service()
		pid := processes(v)[id]
		return v.Serving == 3 && pid != 0 && pid != first[id]
	})
}

// A machine is lost with its workers: the other one runs them, and nothing runs twice
// when it comes back. Both are this machine, so the workers listen nowhere.
func TestScalingReplacesALostNode(t *testing.T) {
	t.Parallel()
	nodes := []*Node{NewNode(t, ""), NewNode(t, "")}
	file := File(t, "headroom.yml", lossConfig)
	s := &Scaled{t: t, Server: StartServer(t, "--config.file="+file)}
	for _, n := range nodes {
		n.joins(s.URL)
		n.Start()
	}
	state := func(n *Node) pool.State {
		var v pool.Node
		s.Ask("/api/v1/nodes/"+n.name, &v)
		return v.State
	}
	Eventually(t, time.Minute, "both have joined", func() bool { return state(nodes[0]) == pool.Ready && state(nodes[1]) == pool.Ready })
	if err := os.WriteFile(file, []byte(lossConfig+lossService), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Signal(syscall.SIGHUP)
	run := func(i, j int) bool { return len(inGroups(nodes[0].group)) == i && len(inGroups(nodes[1].group)) == j }
	Eventually(t, 2*time.Minute, "two workers run on each", func() bool { return s.service().Serving == 4 && run(2, 2) })
	before := processesOn(s.service(), nodes[1].name)

	nodes[1].Kill()
	for pid := range inGroups(nodes[1].group) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	began := time.Now()
	Eventually(t, time.Minute, "the node is lost", func() bool { return state(nodes[1]) == pool.Lost })
	Eventually(t, time.Minute, "its workers are replaced", func() bool { return s.service().Serving == 4 && run(4, 0) })
	t.Logf("kill of the node to all workers serving: %v, of which 10 s until it is lost and 5 s of grace", time.Since(began).Round(time.Millisecond))
	for id := range processesOn(s.service(), nodes[0].name) {
		if _, was := before[id]; was {
			t.Errorf("%s ran on the node that is lost, and another one has its id", id)
		}
	}

	nodes[1].Start()
	Eventually(t, time.Minute, "it is back, and no worker runs twice", func() bool {
		v := s.service()
		return state(nodes[1]) == pool.Ready && v.Serving == 4 && v.Wanted == 4 && v.Stopping == 0 && len(inGroups(nodes[0].group))+len(inGroups(nodes[1].group)) == 4
	})

	MustRun(t, "pool", "drain", nodes[0].name, "--reason=a new disk", "--server="+s.URL)
	Eventually(t, time.Minute, "the node that is drained is empty, and the other one runs all", func() bool { return s.service().Serving == 4 && run(0, 4) })
	printed := MustRun(t, "pool", "nodes", "--state=draining", "--server="+s.URL)
	if !strings.Contains(printed, nodes[0].name) || !strings.Contains(printed, ": a new disk") || strings.Contains(printed, nodes[1].name) {
		t.Errorf("headroom pool nodes --state=draining prints\n%s", printed)
	}
}

const (
	lossConfig  = "hierarchy: [business, module]\npool: {lost_after: 10s, grace: 5s}\n"
	lossService = `services:
- {module: ` + scaledModule + `, mode: apply, command: [/bin/sleep, "86400"], policy: {minimum: 4}}
`
)
