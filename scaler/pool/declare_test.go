package pool

import (
	"errors"
	"strings"
	"testing"
	"time"

	"headroom/scaler/allocate"
	"headroom/scaler/node/wire"
)

// declarer declares one thing for all nodes, and closes some.
type declarer struct {
	version string
	closed  map[string]string
	base    string // what it knows of every node
	found   []string
}

func (d *declarer) Declared(string) *wire.Declared { return &wire.Declared{Version: d.version} }
func (d *declarer) Found(node string, f *wire.Found) bool {
	d.found = append(d.found, node+" "+f.Sum)
	return f.Base == d.base
}
func (d *declarer) Closed(string) map[string]string { return d.closed }

func TestClosedNodesGetNoNewWorkers(t *testing.T) {
	w := newWorld(t, oneService, "n1", "n2")
	d := &declarer{version: "1", closed: map[string]string{"n1": "inconsistent: package nginx is missing", "gone": "x"}}
	w.Declare(d)
	w.plan(4)
	w.sync()
	w.want("n1:0 n2:4")
	// What runs on a node stays when it is closed.
	d.closed = map[string]string{"n1": "inconsistent", "n2": "inconsistent"}
	w.plan(6)
	w.sync()
	w.want("n1:0 n2:4")
	// A node that is closed after the plan was made gets nothing by it.
	d.closed = nil
	in := w.Input(w.now)
	in.Services[0].Workers = 8
	d.closed = map[string]string{"n1": "too late", "n2": "too late"}
	in.Services[0].Closed = nil
	done, err := w.Apply(t.Context(), w.now, Plan{Input: in, Result: allocate.Plan(in)})
	must(t, err)
	if len(done.Skipped) == 0 || !strings.Contains(done.Skipped[0], "too late") {
		t.Errorf("%+v", done)
	}
}

func TestWhatIsDeclaredIsToldOnce(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	d := &declarer{version: "1"}
	w.Declare(d)
	w.Redeclare([]string{"n1", "none"})
	a := w.nodes[0]
	r := a.report()
	got, changed, err := w.Sync(t.Context(), "n1", r, a.have, 0)
	if err != nil || !changed || got.Declared == nil || got.Declared.Version != "1" {
		t.Fatalf("%+v %v", got, err)
	}
	r.Have, r.Declared = got.Version, "1"
	if _, changed, err := w.Sync(t.Context(), "n1", r, r.Have, 0); changed || err != nil {
		t.Errorf("told again: %v %v", changed, err)
	}
	w.plan(1) // something else changes
	if got, _, err := w.Sync(t.Context(), "n1", r, r.Have, 0); err != nil || got == nil || got.Declared != nil {
		t.Errorf("what is declared was told again: %+v, %v", got, err)
	}
	// A poll that waits is answered at once when something else is declared.
	a.have = ""
	must(t, a.sync())
	answered := make(chan *wire.Desired, 1)
	go func() {
		r := a.report()
		r.Declared = "1"
		got, _, _ := w.Sync(t.Context(), "n1", r, a.have, time.Minute)
		answered <- got
	}()
	until(t, "the poll waits", func() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.Pool.nodes["n1"].polls > 0 })
	d.version = "2"
	w.Redeclare([]string{"n1"})
	if got := <-answered; got == nil || got.Declared == nil || got.Declared.Version != "2" {
		t.Errorf("%+v", got)
	}
}

func TestAChangeOfWhatIsNotKnownIsToldAnew(t *testing.T) {
	w := newWorld(t, oneService, "n1")
	d := &declarer{}
	w.Declare(d)
	r := w.nodes[0].report()
	r.Found = &wire.Found{Sum: "s2", Base: "s1"}
	if _, _, err := w.Sync(t.Context(), "n1", r, "", 0); !errors.Is(err, ErrIncomplete) {
		t.Errorf("%v; want ErrIncomplete", err)
	}
	r.Found = &wire.Found{Sum: "s2"}
	if _, _, err := w.Sync(t.Context(), "n1", r, "", 0); err != nil || len(d.found) != 2 {
		t.Errorf("%v %v", err, d.found)
	}
}
