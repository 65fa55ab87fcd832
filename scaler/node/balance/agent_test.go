package balance

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"headroom/scaler/node/wire"
)

func TestLine(t *testing.T) {
	f := func(a Answer, want string) {
		t.Helper()
		if got := a.Line(); got != want {
			t.Errorf("%+v: got %q, want %q", a, got, want)
		}
	}
	f(Answer{State: wire.Ready, Percent: 100}, "ready up 100%")
	f(Answer{State: wire.Ready, Percent: 120}, "ready up 100%")
	f(Answer{State: wire.Ready, Percent: 25}, "ready up 25%")
	f(Answer{State: wire.Ready, Percent: 0, Reason: "latency 1s > 200ms"}, "drain")
	f(Answer{State: wire.Draining, Percent: 100}, "drain")
	f(Answer{State: wire.Starting}, "down #starting")
	f(Answer{State: wire.Backoff, Reason: "exit code 3\nready up 100%"}, "down #backoff exit code 3 ready up 100%")
	f(Answer{State: wire.Unhealthy, Reason: "GET /: #503 – Fehler"}, "down #unhealthy GET /: 503 Fehler")
	if got := (Answer{State: wire.Stopped, Reason: strings.Repeat("x", 1000)}).Line(); len(got) > 200 {
		t.Errorf("a line of %d bytes", len(got))
	}
}

func startAgent(t *testing.T, config AgentConfig) *Agent {
	t.Helper()
	a, err := NewAgent(config, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// asked sends a name and returns all of the answer.
func asked(t *testing.T, address, name string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, name)
	text, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAgentKnowsWorkersByIDAndByAddress(t *testing.T) {
	a := startAgent(t, AgentConfig{Listen: "127.0.0.1:0"})
	a.Set(map[string]Answer{
		"shop-1": {Port: 9001, State: wire.Ready, Percent: 25},
		"shop-2": {Port: 9002, State: wire.Draining},
		"shop-3": {State: wire.Ready, Percent: 100}, // listens nowhere
	})
	f := func(name, want string) {
		t.Helper()
		if got := asked(t, a.Address().String(), name); got != want+"\n" {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	f("shop-1\n", "ready up 25%")
	f("shop-1\r\n", "ready up 25%")
	f("shop-1", "ready up 25%")
	f("10.0.0.1:9002\n", "drain")
	f("[::1]:9002\n", "drain")
	f("shop-3\n", "ready up 100%")
	// Who is not known is not spoken of.
	f("shop-4\n", "")
	f("shop-1\nshop-2\n", "ready up 25%")
	f("10.0.0.1:0\n", "")
	f("10.0.0.1:9003\n", "")
	f("10.0.0.1:\n", "")
	f("\n", "")
	f(strings.Repeat("x", 256), "")

	a.Set(map[string]Answer{"shop-2": {Port: 9002, State: wire.Ready, Percent: 100}})
	f("shop-1\n", "")
	f("shop-2\n", "ready up 100%")
}

func TestAgentWaitsForNobody(t *testing.T) {
	a := startAgent(t, AgentConfig{Listen: "127.0.0.1:0"})
	a.Set(map[string]Answer{"shop-1": {State: wire.Ready, Percent: 100}})
	for range 50 { // who connect and say nothing
		conn, err := net.Dial("tcp", a.Address().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	if got := asked(t, a.Address().String(), "shop-1\n"); got != "ready up 100%\n" {
		t.Errorf("got %q", got)
	}
}

func TestAgentOnAPortOfEachWorker(t *testing.T) {
	port := freePort(t)
	offset := freePort(t) - port
	a := startAgent(t, AgentConfig{Listen: "127.0.0.1:0", PortOffset: offset})
	own := "127.0.0.1:" + itoa(port+offset)
	a.Set(map[string]Answer{"shop-1": {Port: port, State: wire.Ready, Percent: 50}})
	if got := asked(t, own, ""); got != "ready up 50%\n" {
		t.Errorf("got %q", got)
	}
	a.Set(map[string]Answer{"shop-2": {Port: port, State: wire.Ready, Percent: 100}}) // another took the port
	for range 100 {                                                                   // some of them close while a name is on its way
		if got := asked(t, own, "anything\n"); got != "ready up 100%\n" {
			t.Errorf("got %q", got)
		}
	}
	a.Set(map[string]Answer{})
	eventually(t, "the listener is closed", func() bool {
		conn, err := net.Dial("tcp", own)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
}

func TestAgentPortThatIsTakenIsTriedAgain(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := taken.Addr().(*net.TCPAddr).Port
	a := startAgent(t, AgentConfig{Listen: "127.0.0.1:0", PortOffset: 1})
	answers := map[string]Answer{"shop-1": {Port: port - 1, State: wire.Ready, Percent: 50}}
	a.Set(answers)
	taken.Close()
	a.Set(answers)
	if got := asked(t, "127.0.0.1:"+itoa(port), ""); got != "ready up 50%\n" {
		t.Errorf("got %q", got)
	}
}

func TestAgentConfigIsChecked(t *testing.T) {
	err := AgentConfig{Listen: "nowhere", PortOffset: 70000}.Check("agent")
	want := "agent.listen: want host:port, got \"nowhere\"\nagent.port_offset: want a number that makes a port of a port, got 70000"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := (AgentConfig{Listen: ":7482"}).Check("agent"); err != nil {
		t.Error(err)
	}
}

// The claim of the whole: what the agent says is what HAProxy does, and no request
// fails meanwhile.
func TestHAProxyFollowsTheAgent(t *testing.T) {
	t.Parallel()
	a := startAgent(t, AgentConfig{Listen: "127.0.0.1:0"})
	front, socket := "127.0.0.1:"+itoa(freePort(t)), t.TempDir()+"/s"
	_, agentPort, _ := net.SplitHostPort(a.Address().String())
	var servers strings.Builder
	answers := map[string]Answer{}
	for i := range 3 {
		w := startWorker(t, fmt.Sprintf("shop-%d", i))
		fmt.Fprintf(&servers, "\tserver s%d 127.0.0.1:%d weight 100 check inter 1s agent-check agent-addr 127.0.0.1 agent-port %s agent-inter 1s agent-send \"%s\\n\"\n",
			i, w.port, agentPort, w.id)
		answers[w.id] = Answer{Port: w.port, State: wire.Ready, Percent: 100}
	}
	a.Set(answers)
	reload := startHAProxy(t, socket, fmt.Sprintf(`
global
	stats socket %s mode 600 level admin expose-fd listeners
defaults
	mode http
	timeout connect 2s
	timeout client 10s
	timeout server 10s
frontend shop
	bind %s
	default_backend shop
backend shop
	balance roundrobin
%s`, socket, front, servers.String()))
	f := startTraffic(t, "http://"+front)
	say := func(state wire.State, percent int) {
		answers["shop-1"] = Answer{State: state, Percent: percent, Port: answers["shop-1"].Port, Reason: "because"}
		a.Set(answers)
	}
	f.untilShare(t, "shop-1", 0.3, 0.37)
	say(wire.Ready, 25)
	f.untilShare(t, "shop-1", 0.07, 0.16) // 1/9
	say(wire.Ready, 0)
	f.untilShare(t, "shop-1", 0, 0)
	if s := f.split(t, 200); s["shop-1"] != 0 {
		t.Errorf("a drained worker gets work: %v", s)
	}
	say(wire.Ready, 50)
	f.untilShare(t, "shop-1", 0.15, 0.25) // 1/5
	say(wire.Unhealthy, 0)
	f.untilShare(t, "shop-1", 0, 0)
	reload()
	time.Sleep(time.Second)
	f.untilShare(t, "shop-1", 0, 0) // it asks again
	say(wire.Ready, 100)
	f.untilShare(t, "shop-1", 0.3, 0.37)
	say(wire.Ready, 25)
	f.untilShare(t, "shop-1", 0.07, 0.16)
	a.Set(nil) // an agent that knows nothing …
	time.Sleep(2500 * time.Millisecond)
	f.untilShare(t, "shop-1", 0.07, 0.16)
	a.Close() // … and one that is gone change nothing
	time.Sleep(2500 * time.Millisecond)
	f.untilShare(t, "shop-1", 0.07, 0.16)
}

func TestAPortIsThatOfTheWorkerThatRuns(t *testing.T) {
	a := startAgent(t, AgentConfig{})
	for i := range 50 { // the order of a map is another one each time
		a.Set(map[string]Answer{
			"new": {Port: 9001, State: wire.Ready, Percent: 100},
			"old": {Port: 9001, State: wire.Stopped},
		})
		if said, _ := a.at(9001); said.State != wire.Ready {
			t.Fatalf("time %d: %q", i, said.Line())
		}
	}
}

// Who sends a name byte by byte would keep a place for as long as there are bytes.
func TestASlowNameIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		here, there := net.Pipe()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for {
				if _, err := there.Write([]byte("x")); err != nil {
					return
				}
				time.Sleep(restWithin / 2)
			}
		}()
		readName(here)
		took := time.Since(began)
		here.Close()
		<-ended
		if took > nameWithin {
			t.Errorf("a slow name was awaited for %s; want %s", took, nameWithin)
		}
	})
}
