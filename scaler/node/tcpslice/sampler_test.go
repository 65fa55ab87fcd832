package tcpslice

import (
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server accepts connections, each of which handle gets.
func server(t testing.TB, address string, handle func(net.Conn)) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			go handle(c)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func dial(t testing.TB, port int) net.Conn {
	t.Helper()
	c, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func hold(net.Conn) {} // reads nothing

func open(t testing.TB) *Sampler {
	t.Helper()
	s, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// until samples slices until ok, within some seconds.
func until(t *testing.T, s *Sampler, w []Worker, ok func([]Slice) bool) {
	t.Helper()
	var got []Slice
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		s.Watch(time.Now(), w)
		if err := s.Sample(); err != nil {
			t.Fatal(err)
		}
		if got = s.Slice(time.Now(), nil); ok(got) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("last seen: %+v", got)
}

func TestSlowServerHasTheHigherLatency(t *testing.T) {
	serve := func(work time.Duration) func(net.Conn) {
		var one sync.Mutex // it does one thing at a time
		return func(c net.Conn) {
			for b := make([]byte, 100); ; {
				if _, err := io.ReadFull(c, b); err != nil {
					return
				}
				one.Lock()
				time.Sleep(work)
				one.Unlock()
				c.Write(b)
			}
		}
	}
	fast := Worker{Port: server(t, "127.0.0.1:0", serve(200*time.Microsecond))}
	slow := Worker{Port: server(t, "127.0.0.1:0", serve(20*time.Millisecond))}
	for _, w := range []Worker{fast, slow} {
		for range 8 {
			go ask(dial(t, w.Port))
		}
	}
	s := open(t)
	both := []Worker{fast, slow}
	until(t, s, both, func(got []Slice) bool { return got[0].Connections == 8 && got[1].Connections == 8 })

	s.Watch(time.Now(), both)
	for range 25 {
		time.Sleep(40 * time.Millisecond)
		if err := s.Sample(); err != nil {
			t.Fatal(err)
		}
	}
	got := s.Slice(time.Now(), nil)
	t.Logf("fast %+v\nslow %+v", got[0], got[1])
	if !(got[0].Latency < got[1].Latency) || !(got[0].Requests > got[1].Requests) {
		t.Error("the slow server does not show")
	}
	if got[1].Pending < 4 {
		t.Errorf("of 8 clients of the slow server %.1f are pending", got[1].Pending)
	}
}

// ask sends a request as soon as it has the answer to the last.
func ask(c net.Conn) {
	for b := make([]byte, 100); ; {
		if _, err := c.Write(b); err != nil {
			return
		}
		if _, err := io.ReadFull(c, b); err != nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestUnreadOfAServerThatDoesNotRead(t *testing.T) {
	w := Worker{Port: server(t, "127.0.0.1:0", hold)}
	c := dial(t, w.Port)
	dial(t, w.Port)
	c.Write(make([]byte, 10000))
	s := open(t)
	until(t, s, []Worker{w}, func(got []Slice) bool {
		g := got[0]
		return g.Unread == 10000 && g.UnreadShare == 0.5 && g.Pending == 1 && g.Connections == 2
	})

	all, err := s.Connections(w)
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	for _, one := range all {
		if busy := one.Remote.String() == c.LocalAddr().String(); one.Pending != busy || (one.Unread == 10000) != busy {
			t.Errorf("%+v", one)
		}
	}
}

// A Go server on ":port" has IPv6 sockets, even for its IPv4 clients.
func TestDualStackServer(t *testing.T) {
	w := Worker{Port: server(t, ":0", hold)}
	for range 3 {
		dial(t, w.Port)
	}
	s := open(t)
	until(t, s, []Worker{w}, func(got []Slice) bool { return got[0].Connections == 3 })
	all, _ := s.Connections(w)
	if len(all) != 3 || !all[0].Local.Addr().Is4() {
		t.Errorf("%+v", all)
	}
}

// A family without connections is looked at again after some slices.
func TestFamiliesThatComeLaterAreSeen(t *testing.T) {
	w := []Worker{
		{Port: server(t, "127.0.0.1:0", hold)},
		{Port: server(t, ":0", hold)},
	}
	dial(t, w[0].Port)
	s := open(t)
	until(t, s, w, func(got []Slice) bool { return got[0].Connections == 1 && got[1].Connections == 0 })
	dial(t, w[1].Port)
	until(t, s, w, func(got []Slice) bool { return got[0].Connections == 1 && got[1].Connections == 1 })
	s.Watch(time.Now(), w)
	for range 3 {
		if err := s.Sample(); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Slice(time.Now(), nil); got[0].Connections != 1 || got[1].Connections != 1 {
		t.Errorf("%+v", got)
	}
}

func TestRate(t *testing.T) {
	f := func(connections int, cost time.Duration, want int) {
		t.Helper()
		if got := rate(connections, cost); got != want {
			t.Errorf("%d connections at %v: %d samples a second, want %d", connections, cost, got, want)
		}
	}
	f(0, 0, 10)
	f(499, 100*time.Microsecond, 10)
	f(500, 100*time.Microsecond, 4)
	f(2000, 100*time.Microsecond, 1)
	f(10, 2*time.Millisecond, 3)
	f(10, time.Second, 1)
}

func TestTwoThousandConnections(t *testing.T) {
	const n = 2000
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Max < 2*n+100 {
		t.Skipf("not enough files may be open: %+v, %v", limit, err)
	}
	w := Worker{Port: server(t, "127.0.0.1:0", hold)}
	for range n {
		dial(t, w.Port)
	}
	s := open(t)
	until(t, s, []Worker{w}, func(got []Slice) bool { return got[0].Connections == n })
	if s.Rate() != 1 {
		t.Errorf("%d samples a second for %d connections", s.Rate(), n)
	}
	s.Watch(time.Now(), []Worker{w})
	if allocs := testing.AllocsPerRun(5, func() { s.Sample() }); allocs > 10 {
		t.Errorf("a sample makes %.0f allocations", allocs)
	}
}

func TestConnectionCarriesItsControlGroup(t *testing.T) {
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Skip(err)
	}
	var want uint64
	for line := range strings.Lines(string(own)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			for _, mount := range []string{"/sys/fs/cgroup/unified", "/sys/fs/cgroup"} {
				if info, err := os.Stat(mount + path); err == nil {
					want = info.Sys().(*syscall.Stat_t).Ino
					break
				}
			}
		}
	}
	if want == 0 {
		t.Skip("this machine has no cgroup v2")
	}
	port := server(t, "127.0.0.1:0", hold)
	dial(t, port)
	s := open(t)
	for _, w := range []Worker{{port, want}, {port, want + 1}} {
		both := []Worker{w, {port, want + 2}} // the group decides where a port is shared
		n := map[bool]float64{true: 1, false: 0}[w.Cgroup == want]
		until(t, s, both, func(got []Slice) bool { return got[0].Connections == n && got[1].Connections == 0 })
	}
}

func BenchmarkSample1000(b *testing.B) {
	w := Worker{Port: server(b, "127.0.0.1:0", hold)}
	for range 1000 {
		dial(b, w.Port)
	}
	s := open(b)
	s.Watch(time.Now(), []Worker{w})
	s.full, s.seen[0] = 1, 1 // IPv4 alone
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Sample(); err != nil {
			b.Fatal(err)
		}
	}
}

// A walk through the kernel's table that finds nothing.
func BenchmarkSampleNone(b *testing.B) {
	s := open(b)
	s.Watch(time.Now(), []Worker{{Port: 1}})
	s.full = 1
	for b.Loop() {
		s.seen[0] = 1
		if err := s.Sample(); err != nil {
			b.Fatal(err)
		}
	}
}
