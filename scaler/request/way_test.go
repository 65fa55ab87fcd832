package request

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"headroom/scaler/flow"
	"headroom/storage/state"
)

func TestTwoApproversAtOnceStartOneRun(t *testing.T) {
	for round := range 9 {
		w := newWorld(t, fmt.Sprintf("requests: {approvers: [{who: [a0, a1, a2, a3, a4, a5], at_least: %d}]}", 1+round%3))
		a := machines("ann", 1)
		a.Machines.Nodes = []string{"n1"}
		w.ask(a)
		again := w.Options // another server, or another goroutine that is as quick
		again.Registerer = prometheus.NewRegistry()
		other := New(again)
		other.Use(w.engine)
		var all sync.WaitGroup
		results := make(chan error, 6)
		for i := range cap(results) {
			all.Go(func() {
				book := []*Book{w.Book, other}[i%2]
				_, err := book.Do(t.Context(), Order{ID: "R1", Action: "approve", Who: fmt.Sprint("a", i)})
				results <- errors.Join(err, book.Step(t.Context()))
			})
		}
		all.Wait()
		close(results)
		approved := 0
		for err := range results {
			switch {
			case err == nil:
				approved++
			case !errors.Is(err, ErrNotNow):
				t.Error(err)
			}
		}
		w.after(time.Minute)
		r := w.wants("R1", Running, "")
		starts := slices.DeleteFunc(way(r), func(s string) bool { return s != "headroom start running" })
		if approved != 1+round%3 || len(w.engine.runs) != 1 || len(starts) != 1 || len(r.Approvals) != approved {
			t.Fatalf("round %d: %d approvals counted, %d runs: %q", round, approved, len(w.engine.runs), way(r))
		}
	}
}

// All that people and runs do, in any order, leads only along allowed ways, is told
// in full, and starts one run a request.
func TestNoWayButTheAllowedOnes(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t, "requests: {own_approval: true, approvers: [{path: QQ, who: [bob, cai], at_least: 2}], auto_approve: [{kind: machines, within_forecast: true}]}")
		for range 60 {
			w.now = w.now.Add(time.Duration(rng.IntN(600)) * time.Second)
			w.anything(rng)
		}
		w.deaf, w.granted, w.engine.broken, w.engine.before = nil, nil, nil, nil
		for range 4 {
			w.after(time.Hour)
		}
		found, err := w.Find(t.Context(), Query{})
		must(t, err)
		for _, r := range found {
			w.checkWay(r)
		}
		untold, err := w.db.Requests().Find(t.Context(), state.RequestQuery{Untold: true})
		if err != nil || len(untold) > 0 {
			t.Errorf("seed %d: %d requests have steps that nobody was told of, %v", seed, len(untold), err)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// anything does one thing that can be done.
func (w *world) anything(rng *rand.Rand) {
	id := fmt.Sprint("R", 1+rng.IntN(5))
	who := []string{"ann", "bob", "cai"}[rng.IntN(3)]
	switch rng.IntN(12) {
	case 0, 1:
		a := machines(who, 1+rng.IntN(4))
		if a.Machines.Module = []string{"Qzone/cart", "QQ/push"}[rng.IntN(2)]; rng.IntN(2) == 0 {
			a.Machines.Devices, a.Machines.Nodes = 1, []string{"n1"}
		}
		w.ask(a)
	case 2:
		w.ask(Ask{Kind: KindAccess, Who: who, Why: "x", Form: Form{Access: &Access{Role: "viewer", Until: w.now.Add(time.Hour)}}})
	case 3:
		w.deaf = [...]error{nil, errors.New("deaf")}[rng.IntN(2)]
	case 4:
		w.granted = [...]error{nil, errors.New("no")}[rng.IntN(2)]
	case 5:
		w.engine.broken = [...]error{nil, flow.ErrFull, flow.ErrNoFlow}[rng.IntN(3)]
	case 6:
		w.restart()
	case 7:
		for run := range w.engine.runs {
			ended := w.engine.end(run, []flow.State{flow.Done, flow.Failed, flow.Canceled}[rng.IntN(3)], "")
			if rng.IntN(2) == 0 {
				must(w, w.Ended(w.Context(), ended))
			}
			break
		}
	case 8:
		must(w, w.Step(w.Context()))
	case 9:
		must(w, w.Book.Tell(w.Context()))
	default:
		o := Order{ID: id, Action: Actions()[rng.IntN(len(Actions()))], Who: who, Why: "so"}
		if o.Action == "deliver" {
			o.Nodes = []string{"n1"}
		}
		if _, err := w.Do(w.Context(), o); err != nil && !errors.Is(err, ErrNotNow) && !errors.Is(err, ErrMayNot) && !errors.Is(err, state.ErrNoRequest) {
			w.Errorf("%+v: %v", o, err)
		}
	}
}

// checkWay holds a request's history against what is allowed.
func (w *world) checkWay(r Request) {
	w.Helper()
	at := Open
	for i, s := range r.History {
		if s.State != at && !slices.Contains(next[at], s.State) {
			w.Errorf("%s went from %s to %s: %q", r.ID, at, s.State, way(r))
		}
		if at.Over() && s.What != "comment" {
			w.Errorf("%s went on after its end: %q", r.ID, way(r))
		}
		if i > 0 && s.At.Before(r.History[i-1].At) {
			w.Errorf("%s has steps that go back in time", r.ID)
		}
		at = s.State
	}
	runs := 0
	for _, run := range w.engine.runs {
		if run.Source.ID == r.ID {
			runs++
		}
	}
	if at != r.State || r.State.Over() == r.Closed.IsZero() || !r.Starting.IsZero() && r.State != Approved {
		w.Errorf("%s is %s and was %s last: %+v", r.ID, r.State, at, r)
	}
	if runs > 1 || runs == 0 && r.Run != "" || r.State == Rejected && runs > 0 {
		w.Errorf("%s is %s and has %d runs", r.ID, r.State, runs)
	}
}

// A kill at any point between approval and the run's being written down leaves one
// run, which the request has.
func TestKillBetweenTheSteps(t *testing.T) {
	for _, after := range []string{"approval", "intent", "start", "end"} {
		w := newWorld(t, "")
		a := machines("ann", 1)
		a.Machines.Nodes = []string{"n1"}
		w.ask(a)
		w.do("R1", "approve", "bob", "")
		ctx, kill := context.WithCancel(t.Context())
		switch after {
		case "intent": // it is written down that the start is begun; then nothing more
			w.engine.before = func() error { kill(); return context.Canceled }
			_ = w.Step(ctx)
		case "start": // the run is there; the request does not know
			_, err := w.engine.Start(ctx, flow.Start{Flow: "expand-module", Source: flow.Source{Kind: "request", ID: "R1"}, Once: "request R1"})
			must(t, err)
		case "end":
			must(t, w.Step(ctx))
			w.engine.end("run1", flow.Done, "")
		}
		w.engine.before = nil
		w.restart()
		if after == "intent" {
			if r := w.wants("R1", Approved, ""); r.Starting.IsZero() {
				t.Error("that the start was begun is not written down")
			}
			w.refused("R1", "cancel", "ann", "", ErrNotNow, "cancel cannot be done")
		}
		w.after(time.Second)
		want := Running
		if after == "end" {
			want = Done
		}
		if w.wants("R1", want, ""); len(w.engine.runs) != 1 {
			t.Errorf("killed after the %s: %d runs", after, len(w.engine.runs))
		}
		kill()
	}
}

// writerPath makes the test binary a program that opens, approves and delivers
// requests until it is killed; starts are lines of a file, each name once.
const writerPath = "HEADROOM_REQUEST_TEST_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerPath); dir != "" {
		writeForever(dir)
	}
	os.Exit(m.Run())
}

// ledger is an engine whose runs are lines of a file, on the disk before Start returns.
type ledger struct {
	*engine
	path string
}

func (l ledger) Start(ctx context.Context, s flow.Start) (flow.Run, error) {
	text, err := os.ReadFile(l.path)
	if err != nil {
		return flow.Run{}, err
	}
	if !strings.Contains(string(text), s.Once+"\n") {
		f, err := os.OpenFile(l.path, os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return flow.Run{}, err
		}
		defer f.Close()
		if _, err := f.WriteString(s.Once + "\n"); err != nil {
			return flow.Run{}, err
		}
	}
	return flow.Run{ID: "run of " + s.Source.ID, Flow: s.Flow, Source: s.Source, State: flow.Running}, nil
}

func (ledger) Run(_ context.Context, id string) (flow.Run, error) {
	return flow.Run{ID: id, State: flow.Running}, nil
}

func writeForever(dir string) {
	ctx := context.Background()
	db, err := state.Open(filepath.Join(dir, "state.db"))
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	b := bookOf(db, ledger{newEngine(), filepath.Join(dir, "runs")})
	for {
		a := machines("ann", 1)
		a.Machines.Nodes = []string{"n1"}
		r, err := b.Open(ctx, a)
		if err == nil {
			_, err = b.Do(ctx, Order{ID: r.ID, Action: "approve", Who: "bob"})
		}
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("approved", r.ID)
		if err := b.Step(ctx); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
	}
}

func TestKilledServersLoseNoApproval(t *testing.T) {
	dir := t.TempDir()
	runs := filepath.Join(dir, "runs")
	must(t, os.WriteFile(runs, nil, 0o600))
	approved := map[string]bool{}
	for round := range 6 {
		killWriter(t, dir, 3+2*round, approved)
	}
	db, err := state.Open(filepath.Join(dir, "state.db"))
	must(t, err)
	defer db.Close()
	b := bookOf(db, ledger{newEngine(), runs})
	must(t, b.Step(t.Context()))
	text, err := os.ReadFile(runs)
	must(t, err)
	for id := range approved {
		r, err := b.Load(t.Context(), id)
		if n := strings.Count(string(text), "request "+id+"\n"); err != nil || r.State != Running || n != 1 {
			t.Errorf("%s was approved, is %s and has %d runs, %v", id, r.State, n, err)
		}
	}
}

// killWriter starts a writer and kills it when it has said so often that something was
// approved, at whatever it does then.
func killWriter(t *testing.T, dir string, n int, approved map[string]bool) {
	t.Helper()
	writer := exec.Command(os.Args[0])
	writer.Env = append(os.Environ(), writerPath+"="+dir)
	out, err := writer.StdoutPipe()
	must(t, err)
	must(t, writer.Start())
	lines := bufio.NewScanner(out)
	for ; lines.Scan(); n-- {
		what, id, _ := strings.Cut(lines.Text(), " ")
		if what != "approved" {
			t.Fatal(lines.Text())
		}
		approved[id] = true
		if n <= 0 {
			break
		}
	}
	must(t, writer.Process.Kill())
	_ = writer.Wait()
}
