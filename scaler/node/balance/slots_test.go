package balance

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"headroom/scaler/node/wire"
)

// model does what HAProxy does with the commands that are used here.
type model struct {
	t     *testing.T
	slots []slot
}

func newModel(t *testing.T, n int, agent bool) *model {
	m := &model{t: t}
	for i := range n {
		m.slots = append(m.slots, slot{name: fmt.Sprintf("w%d", i+1), at: nobody, admin: 5, weight: 100, initial: 100, agent: agent})
	}
	return m
}

func (m *model) do(command string) {
	words := strings.Fields(command)
	name, ok := strings.CutPrefix(words[2], "shop/")
	if words[0] != "set" || words[1] != "server" || !ok {
		m.t.Fatalf("HAProxy does not know %q", command)
	}
	for i := range m.slots {
		if m.slots[i].name == name {
			m.set(&m.slots[i], words[3], words[4], words)
			return
		}
	}
	m.t.Fatalf("%q: no such slot", command)
}

func (m *model) set(s *slot, what, value string, words []string) {
	switch what {
	case "addr", "agent-addr":
		at := netip.MustParseAddrPort(netip.MustParseAddr(value).String() + ":" + words[6])
		if what == "agent-addr" {
			s.agentAt = at
			return
		}
		if !s.empty() {
			m.t.Errorf("%s gets another worker while it serves", s.name)
		}
		s.at = at
	case "agent-send", "agent":
	case "weight":
		percent, err := strconv.Atoi(strings.TrimSuffix(value, "%"))
		if err != nil {
			m.t.Fatal(err)
		}
		s.weight = s.initial * percent / 100
	case "state":
		s.admin = 4 | map[string]int{"ready": 0, "maint": 1, "drain": adminDrain}[value]
	default:
		m.t.Fatalf("HAProxy does not know %q", strings.Join(words, " "))
	}
}

// bring plans and does; it returns how many commands that took.
func (m *model) bring(h *haproxy, targets []target) int {
	taken, _ := assign(m.slots, targets, h.slots)
	commands := h.plan(m.slots, taken)
	for _, c := range commands {
		m.do(c)
	}
	for name, t := range taken {
		h.said[name] = t.name()
	}
	h.remember(taken)
	return len(commands)
}

// has tells which slot has a worker, by its address.
func (m *model) has() map[netip.AddrPort]slot {
	all := map[netip.AddrPort]slot{}
	for _, s := range m.slots {
		if !s.empty() {
			if _, twice := all[s.at]; twice {
				m.t.Errorf("two slots have %s", s.at)
			}
			all[s.at] = s
		}
	}
	return all
}

func testTarget(port int) target {
	return target{
		address: "127.0.0.1:" + strconv.Itoa(port), host: "127.0.0.1", port: port, ip: netip.MustParseAddr("127.0.0.1"),
		worker: fmt.Sprintf("shop-%d", port), weight: 100, state: wire.Ready,
	}
}

func TestSlotsOnRandomLists(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		m := newModel(t, 12, r.IntN(2) == 0)
		h := newHAProxy(Proxy{Kind: HAProxy, Backend: "shop"}, map[string]string{}, quiet())
		for range 60 {
			targets := randomTargets(r)
			before := m.has()
			if r.IntN(10) == 0 { // HAProxy is reloaded and knows nothing
				m.slots = newModel(t, 12, m.slots[0].agent).slots
				clear(h.said)
			}
			m.bring(h, targets)
			m.check(targets, before)
			if n := m.bring(h, targets); n != 0 {
				t.Fatalf("seed %d: %d commands though HAProxy has it all", seed, n)
			}
		}
	}
}

func randomTargets(r *rand.Rand) (targets []target) {
	for port := 9001; port < 9021; port++ {
		if r.IntN(2) == 0 || len(targets) == 12 {
			continue
		}
		t := testTarget(port)
		t.weight = []int{100, 50, 25, 0}[r.IntN(4)]
		t.state = []wire.State{wire.Ready, wire.Draining}[r.IntN(2)]
		if r.IntN(2) == 0 {
			t.agentIP, t.agentPort = netip.MustParseAddr("10.0.0.1"), 7482
		}
		targets = append(targets, t)
	}
	return targets
}

// check looks whether all targets are in place, and who was there before is where it was.
func (m *model) check(targets []target, before map[netip.AddrPort]slot) {
	m.t.Helper()
	has := m.has()
	if len(has) != len(targets) {
		m.t.Fatalf("%d slots serve, want %d", len(has), len(targets))
	}
	for _, s := range m.slots {
		if s.empty() && s.agent && s.agentAt.IsValid() && s.agentAt != nobody {
			m.t.Errorf("%s is empty and asks the agent at %s", s.name, s.agentAt)
		}
	}
	for _, t := range targets {
		s, there := has[t.at()]
		if !there {
			m.t.Fatalf("%s has no slot", t.address)
		}
		if was, known := before[t.at()]; known && was.name != s.name {
			m.t.Errorf("%s moved from %s to %s", t.address, was.name, s.name)
		}
		if s.agent && t.agentIP.IsValid() {
			if s.agentAt != t.agentAt() {
				m.t.Errorf("%s asks the agent at %s, want %s", s.name, s.agentAt, t.agentAt())
			}
			continue // its agent says the rest
		}
		if s.weight != t.weight || s.draining() != (t.state != wire.Ready) {
			m.t.Errorf("%s has weight %d and state %d for %+v", s.name, s.weight, s.admin, t)
		}
		if s.agent && s.agentAt != nobody {
			m.t.Errorf("%s asks %s for a worker that has no agent", s.name, s.agentAt)
		}
	}
}

// A follower that has lost its memory finds each worker where HAProxy has it.
func TestSlotsOfAFollowerThatRemembersNothing(t *testing.T) {
	m := newModel(t, 5, false)
	h := newHAProxy(Proxy{Kind: HAProxy, Backend: "shop"}, map[string]string{}, quiet())
	m.bring(h, []target{testTarget(9001), testTarget(9002), testTarget(9003)})
	m.bring(h, []target{testTarget(9002), testTarget(9003)})
	h = newHAProxy(h.p, map[string]string{}, quiet())
	if n := m.bring(h, []target{testTarget(9002), testTarget(9003)}); n != 0 {
		t.Errorf("%d commands though HAProxy has it all", n)
	}
}

func TestMoreWorkersThanSlots(t *testing.T) {
	m := newModel(t, 3, false)
	var targets []target
	for port := 9001; port <= 9005; port++ {
		targets = append(targets, testTarget(port))
	}
	taken, left := assign(m.slots, targets, nil)
	if len(taken) != 3 || left != 2 {
		t.Errorf("%d have a slot and %d have none", len(taken), left)
	}
}

// An agent's word holds against an older list.
func TestAgentDecidesWhereThereIsOne(t *testing.T) {
	with := testTarget(9001)
	with.agentIP, with.agentPort = netip.MustParseAddr("10.0.0.1"), 7482
	s := slot{name: "w1", at: with.at(), admin: adminDrain, weight: 25, initial: 100, agent: true, agentAt: with.agentAt()}
	if got := s.commands("shop", &with, with.name()); got != nil {
		t.Errorf("got %q", got)
	}
	s.agent = false
	if got := strings.Join(s.commands("shop", &with, ""), "; "); got != "set server shop/w1 weight 100%; set server shop/w1 state ready" {
		t.Errorf("got %q", got)
	}
}

const serversState = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
4 web2 1 w1 ::1 2 12 25 100 14 6 3 4 6 22 0 0 localhost 19501 - 0 0 - 127.0.0.1 19601
4 web2 2 w2 127.0.0.1 0 5 100 100 1 1 0 0 14 0 0 0 - 1 - 0 0 - - 1
4 web2 3 static 127.0.0.1 2 0 1 1 1 1 0 0 14 22 0 0 - 1 - 0 0 - - 1

`

func TestParseSlots(t *testing.T) {
	got, err := parseSlots(serversState, "w")
	want := []slot{
		{name: "w1", at: netip.MustParseAddrPort("[::1]:19501"), admin: 12, weight: 25, initial: 100, fqdn: "localhost", agent: true, agentAt: netip.MustParseAddrPort("127.0.0.1:19601")},
		{name: "w2", at: netip.MustParseAddrPort("127.0.0.1:1"), admin: 5, weight: 100, initial: 100, fqdn: "-"},
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for _, bad := range []string{"Can't find backend.\n", "", "# be_id srv_name\n1 w1\n", strings.Replace(serversState, "::1 2 12 25", "::1 2 x 25", 1)} {
		if _, err := parseSlots(bad, "w"); err == nil {
			t.Errorf("%q is taken for a state", bad)
		}
	}
}

func FuzzParseSlots(f *testing.F) {
	f.Add(serversState)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := parseSlots(text, "w")
		if err == nil {
			assign(list, []target{testTarget(9001)}, nil)
		}
	})
}

// What a follower does once a second with a HAProxy of many slots, but for HAProxy's own
// part.
func BenchmarkLookAtTwoThousandSlots(b *testing.B) {
	var state strings.Builder
	state.WriteString(strings.Join(strings.SplitAfter(serversState, "\n")[:2], ""))
	var targets []target
	for port := 9001; port <= 11000; port++ {
		fmt.Fprintf(&state, "4 shop %d w%d 127.0.0.1 2 4 100 100 14 6 3 4 6 22 0 0 localhost %d - 0 0 - - 1\n", port, port-9000, port)
		targets = append(targets, testTarget(port))
	}
	h := newHAProxy(Proxy{Kind: HAProxy, Backend: "shop"}, map[string]string{}, quiet())
	b.ReportAllocs()
	for b.Loop() {
		list, err := parseSlots(state.String(), "w")
		if err != nil || len(list) != 2000 {
			b.Fatal(len(list), err)
		}
		taken, _ := assign(list, targets, h.slots)
		h.plan(list, taken)
	}
}
