package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"headroom/scaler/node/wire"
)

// server answers as one does, in virtual time.
type server struct {
	mu      sync.Mutex
	version string
	changed chan struct{}
	down    error                              // why there is no answer
	answer  func(version string) (int, string) // instead of a good one
	asked   []asked
}

type asked struct {
	at     time.Time
	wait   time.Duration
	have   string
	report wire.Report
}

func newServer() *server { return &server{version: "1", changed: make(chan struct{})} }

func (s *server) set(version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = version
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *server) requests() []asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func good(version string) string {
	return `{"node":"n1","version":"` + version + `","services":{"m":{"module":"m","command":["/bin/app"]}},"workers":[{"id":"a","service":"m","port":9001}]}`
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	a := asked{at: time.Now(), have: strings.Trim(r.Header.Get("If-None-Match"), `"`)}
	a.wait, _ = time.ParseDuration(r.URL.Query().Get("wait"))
	if err := json.NewDecoder(r.Body).Decode(&a.report); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.asked = append(s.asked, a)
	down, version, changed, honest := s.down, s.version, s.changed, s.answer == nil
	s.mu.Unlock()
	if down != nil {
		return nil, down
	}
	if version == a.have && a.wait > 0 && honest {
		select {
		case <-changed:
		case <-time.After(a.wait):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	status, text := http.StatusOK, good(s.version)
	if s.answer != nil {
		status, text = s.answer(s.version)
	} else if s.version == a.have {
		status, text = http.StatusNotModified, ""
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
}

// node is a node that talks with a server.
type node struct {
	client *Client
	mu     sync.Mutex
	have   string
	state  wire.State
	took   []string // versions
}

func startNode(t *testing.T, s *server) *node {
	n := &node{state: wire.Ready}
	n.client = New(Options{
		Server: "http://server", Node: "n1", HTTP: &http.Client{Transport: s},
		Report: func() wire.Report {
			n.mu.Lock()
			defer n.mu.Unlock()
			return wire.Report{Have: n.have, Resources: &wire.Resources{Cores: 2}, Workers: []wire.Status{{ID: "a", State: n.state}}}
		},
		Apply: func(d wire.Desired) {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.have = d.Version
			n.took = append(n.took, d.Version)
		},
		Logger: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { n.client.Run(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return n
}

func (n *node) become(s wire.State) {
	n.mu.Lock()
	n.state = s
	n.mu.Unlock()
	n.client.Changed()
}

func (n *node) versions() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.took, " ")
}

func TestANewStateComesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		n := startNode(t, s)
		time.Sleep(25 * time.Second)
		s.set("2")
		time.Sleep(time.Millisecond)
		if got := n.versions(); got != "1 2" {
			t.Errorf("took %q; want 1 and 2", got)
		}
		// At 0 s without a wait, at 0.25 s, at 10.25 s, at 20.25 s.
		if got := len(s.requests()); got != 4 {
			t.Errorf("%d requests; want 4", got)
		}
	})
}

func TestWhatTheServerKnowsIsNotToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		startNode(t, s)
		time.Sleep(time.Minute)
		for i, a := range s.requests() {
			if known := a.report.Workers == nil && a.report.Resources == nil; known != (i > 0) {
				t.Errorf("request %d: %+v", i, a.report)
			}
		}
	})
}

func TestAChangeIsToldBesideThePoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		n := startNode(t, s)
		time.Sleep(5 * time.Second)
		n.become(wire.Unhealthy)
		time.Sleep(between + time.Millisecond)
		all := s.requests()
		last := all[len(all)-1]
		if last.wait != 0 || len(last.report.Workers) != 1 || last.report.Workers[0].State != wire.Unhealthy {
			t.Fatalf("the change was not told: %+v", last)
		}
		// The poll from 0.25 s on was not broken off. The next one is as that was, but not
		// as the server was told last.
		n.mu.Lock()
		n.state = wire.Ready
		n.mu.Unlock()
		time.Sleep(6 * time.Second)
		all = s.requests()
		if next := all[len(all)-1]; len(all) != 4 || next.report.Workers == nil || next.at.Sub(all[1].at) != pollTime {
			t.Errorf("%d requests, the last after %v: %+v", len(all), next.at.Sub(all[1].at), next)
		}
	})
}

func TestManyChangesAreFewReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		n := startNode(t, s)
		time.Sleep(time.Second)
		before := len(s.requests())
		for i := range 1000 {
			n.become([]wire.State{wire.Ready, wire.Unhealthy}[i%2])
			time.Sleep(5 * time.Millisecond)
		}
		if got := len(s.requests()) - before; got > 20+1 {
			t.Errorf("%d reports in 5 s; want at most four a second", got)
		}
	})
}

func TestWhileTheServerIsAwayWhatRunsStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		n := startNode(t, s)
		time.Sleep(time.Second)
		s.mu.Lock()
		s.down = errors.New("connection refused")
		s.mu.Unlock()
		s.set("2") // ends the poll that waits
		time.Sleep(refresh - time.Minute)
		if got := n.versions(); got != "1 2" {
			t.Errorf("took %q", got)
		}
		if got := n.client.Stats().Fault; !strings.Contains(got, "connection refused") {
			t.Errorf("the fault is %q", got)
		}
		tries := len(s.requests())
		if tries > 60 {
			t.Errorf("%d tries in nine minutes", tries)
		}
		s.mu.Lock()
		s.down = nil
		s.mu.Unlock()
		s.set("3")
		time.Sleep(longest)
		if got := n.versions(); got != "1 2 3" {
			t.Errorf("took %q", got)
		}
		if got := n.client.Stats().Fault; got != "" {
			t.Errorf("the fault of a server that is back is %q", got)
		}
		if first := s.requests()[tries]; first.report.Workers == nil || first.report.Resources == nil {
			t.Errorf("a server that comes back is not told everything: %+v", first)
		}
	})
}

func TestWhatIsNoDesiredStateChangesNothing(t *testing.T) {
	f := func(status int, text string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			n := startNode(t, s)
			time.Sleep(time.Second)
			s.mu.Lock()
			s.answer = func(string) (int, string) { return status, text }
			s.mu.Unlock()
			s.set("2")
			time.Sleep(time.Minute)
			s.mu.Lock()
			asks := len(s.asked)
			s.mu.Unlock()
			if got := n.versions(); !strings.HasPrefix(got, "1") || strings.Contains(got, "9") || asks > 70 {
				t.Errorf("%d %q: took %q, %d requests", status, text, got, asks)
			}
		})
	}
	f(500, "oops")
	f(404, "")
	f(204, "")
	f(302, "")
	f(200, "")
	f(200, "null")
	f(200, "{}")
	f(200, `{"node":"n1","version":"9","workers":[{"id":"a","serv`)
	f(200, `{"node":"n1","services":{},"workers":[]}`)
	f(200, `{"node":"other","version":"9"}`)
	f(200, `{"node":"n1","version":"9","workers":[{"id":"a","service":"m"}]}`)
	f(200, `{"node":"n1","version":"9","services":{"m":null},"workers":[{"id":"a","service":"m"}]}`)
	f(200, good("9")+"{}")
	f(200, "<html>log in</html>")
}

func TestAServerThatDoesNotWaitIsNotRunOver(t *testing.T) {
	for _, status := range []int{http.StatusNotModified, http.StatusOK} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			s.answer = func(v string) (int, string) { return status, good(v) }
			startNode(t, s)
			time.Sleep(time.Minute)
			if got := len(s.requests()); got > 63 {
				t.Errorf("status %d: %d requests a minute", status, got)
			}
		})
	}
}

func TestBackOff(t *testing.T) {
	for range 1000 {
		for n, most := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 6: longest, 1000: longest} {
			if d := backOff(n, errors.New("x")); d < most/2 || d > most {
				t.Fatalf("%v after %d failures; want %v to %v", d, n, most/2, most)
			}
		}
	}
	if d := backOff(1, &awayError{cause: errors.New("x"), again: time.Minute}); d < 30*time.Second {
		t.Errorf("%v though the server asked for a minute", d)
	}
}

func TestItEndsWhileTheFirstAnswerIsAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{
			Server: "http://server", Node: "n1", Report: func() wire.Report { return wire.Report{} }, Logger: slog.New(slog.DiscardHandler),
			HTTP: &http.Client{Transport: hanging{}},
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c.Run(ctx) // a deadlock if it waits for more than the context
	})
}

// hanging is a server that takes a request and never answers.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// finder is a node's end that finds something, and a server's that may forget it.
type finder struct {
	mu      sync.Mutex
	now     *wire.Found
	server  *wire.Found // as the server knows it
	forgets bool
	known   int // times that it was told what it knows
	told    []*wire.Found
	clocks  []time.Duration
}

func (f *finder) RoundTrip(r *http.Request) (*http.Response, error) {
	var report wire.Report
	if err := json.NewDecoder(r.Body).Decode(&report); err != nil {
		return nil, err
	}
	if !f.hear(report.Found) {
		return &http.Response{StatusCode: 428, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
	}
	wait, _ := time.ParseDuration(r.URL.Query().Get("wait"))
	time.Sleep(wait + 40*time.Millisecond)                        // 20 ms there and 20 ms back
	clock := time.Now().Add(-3*time.Second - 20*time.Millisecond) // the server's, when it answered
	return &http.Response{StatusCode: http.StatusNotModified, Header: http.Header{
		wire.ClockHeader: {fmt.Sprintf("%d %d", clock.UnixMilli(), wait.Milliseconds())},
	}, Body: http.NoBody}, nil
}

// hear takes what was found; false: it has to be told all of it.
func (f *finder) hear(c *wire.Found) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.forgets {
		f.forgets, f.server = false, nil
		return false
	}
	if f.server != nil && c.Sum == c.Base && f.server.Sum == c.Sum {
		f.known++
		return true
	}
	f.told = append(f.told, c)
	switch {
	case c.Base == "":
		f.server = c
	case f.server != nil && f.server.Sum == c.Base:
		now := *f.server
		now.Sum, now.Packages = c.Sum, maps.Clone(f.server.Packages)
		maps.Copy(now.Packages, c.Packages)
		f.server = &now
	default:
		return f.server != nil && f.server.Sum == c.Sum
	}
	return true
}

func (f *finder) find(sum, version string) {
	f.now = &wire.Found{Declared: "d", Sum: sum, Packages: map[string]string{"nginx": version, "curl": "8"}}
}

func TestOnlyChangesOfWhatIsFoundAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &finder{}
		f.find("1", "1.22")
		c := New(Options{
			Server: "http://server", Node: "n1", HTTP: &http.Client{Transport: f}, Logger: slog.New(slog.DiscardHandler),
			Report: func() wire.Report { f.mu.Lock(); defer f.mu.Unlock(); return wire.Report{Have: "1", Found: f.now} },
			Apply:  func(wire.Desired) {},
			Clock: func(offset, _ time.Duration) {
				f.mu.Lock()
				defer f.mu.Unlock()
				f.clocks = append(f.clocks, offset)
			},
		})
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { c.Run(ctx) })
		defer running.Wait()
		defer cancel()
		find := func(sum, version string) {
			f.mu.Lock()
			f.find(sum, version)
			f.mu.Unlock()
			c.Changed()
			time.Sleep(time.Second)
		}
		time.Sleep(time.Minute)
		find("2", "1.24")
		f.mu.Lock()
		f.forgets = true // a server that was started anew
		f.mu.Unlock()
		time.Sleep(time.Minute)
		find("3", "1.26")
		time.Sleep(time.Minute)
		f.mu.Lock()
		f.server = nil // it has forgotten only this
		f.mu.Unlock()
		time.Sleep(time.Hour)
		f.mu.Lock()
		defer f.mu.Unlock()
		var told []string
		for _, c := range f.told {
			told = append(told, fmt.Sprintf("%s>%s %d", c.Base, c.Sum, len(c.Packages)))
		}
		if got := strings.Join(told, ", "); got != ">1 2, 1>2 1, >2 2, 2>3 1, 3>3 0, >3 2" {
			t.Errorf("told %s", got)
		}
		if f.known < 360 {
			t.Errorf("the server could see %d times that it knows everything", f.known)
		}
		if f.server.Packages["nginx"] != "1.26" || f.server.Packages["curl"] != "8" {
			t.Errorf("the server knows %v", f.server.Packages)
		}
		for _, offset := range f.clocks {
			if offset.Round(2*time.Millisecond) != 3*time.Second {
				t.Errorf("the clock is ahead by %v; want 3s", offset)
			}
		}
		if len(f.clocks) < 300 {
			t.Errorf("%d clocks in an hour", len(f.clocks))
		}
	})
}
