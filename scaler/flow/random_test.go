package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/scaler/flow/document"
	"headroom/scaler/flow/tool"
)

// writing makes random documents of a bounded size.
type author struct {
	*rand.Rand
	ids int
}

func (a *author) id() string { a.ids++; return fmt.Sprint("s", a.ids) }

func (a *author) steps(depth int) []document.Step {
	steps := make([]document.Step, 1+a.IntN(3))
	for i := range steps {
		steps[i] = a.step(depth)
	}
	return steps
}

func (a *author) step(depth int) document.Step {
	s := document.Step{ID: a.id()}
	if a.IntN(8) == 0 {
		s.When = "false"
	}
	switch {
	case depth > 0 && a.IntN(4) == 0:
		for range 2 + a.IntN(2) {
			s.Branches = append(s.Branches, document.Branch{ID: a.id(), Steps: a.steps(depth - 1)})
		}
	case depth > 0 && a.IntN(3) == 0:
		s.As = "of_" + s.ID
		s.ForEach, s.Concurrency, s.Budget, s.Steps = fmt.Sprintf("[0, 1, 2, 3, 4, 5].filter(i, i < %d)", a.IntN(7)), a.IntN(4), a.IntN(3), a.steps(depth-1)
	default:
		s.Tool, s.Retries.Times = "do", a.IntN(2)
		if a.IntN(2) == 0 {
			s.Undo = &document.UndoStep{Tool: "undo"}
		}
	}
	return s
}

// breaks tells whether a step fails for good, which is settled by its path.
func breaks(seed uint64, path string) bool {
	h := seed
	for _, b := range []byte(path) {
		h = h*1099511628211 ^ uint64(b)
	}
	return h>>7%9 == 0
}

// model is the slow, plain truth of what becomes of the steps if nothing stops the run:
// the state of each that is begun, and whether the row has failed.
func model(seed uint64, steps []document.Step, prefix string, states map[string]StepState) (failed bool) {
	for i := range steps {
		s, path := &steps[i], prefix+steps[i].ID
		bad := false
		switch {
		case s.When == "false":
			states[path] = StepSkipped
			continue
		case s.Tool != "":
			bad = breaks(seed, path)
		case s.ForEach != "":
			bad = modelLoop(seed, s, path, states)
		default:
			for _, b := range s.Branches {
				side := path + "/" + b.ID
				states[side] = map[bool]StepState{true: StepFailed, false: StepDone}[model(seed, b.Steps, side+"/", states)]
				bad = bad || states[side] == StepFailed
			}
		}
		states[path] = map[bool]StepState{true: StepFailed, false: StepDone}[bad]
		if bad {
			return true
		}
	}
	return false
}

func modelLoop(seed uint64, s *document.Step, path string, states map[string]StepState) bool {
	var n int
	fmt.Sscanf(s.ForEach[strings.Index(s.ForEach, "<")+2:], "%d", &n)
	failures := 0
	for i := range n {
		element := fmt.Sprintf("%s[%d]", path, i)
		states[element] = StepDone
		if model(seed, s.Steps, element+"/", states) {
			states[element] = StepFailed
			failures++
		}
	}
	return failures > s.Budget
}

// driver makes the calls of a machine in virtual time, in a random order.
type driver struct {
	*testing.T
	*rand.Rand
	seed  uint64
	m     *machine
	now   time.Time
	out   map[string]time.Time // calls under way, by path, and when each ends
	ended []string             // steps whose calls ended well, in their order
	undos []string
	trace []string
}

func (d *driver) step() bool {
	d.m.advance(d.now)
	for _, p := range d.m.begun {
		if p.rec.State == StepRunning {
			d.begins(p)
		}
		d.out[p.rec.Path] = d.now.Add(time.Duration(1+d.IntN(1000)) * time.Second / 100)
	}
	d.m.begun = nil
	d.check()
	if d.m.run.State.Over() {
		return false
	}
	if d.IntN(50) == 0 {
		d.reload()
		return true
	}
	next := d.m.next()
	path := ""
	for _, name := range slices.Sorted(maps.Keys(d.out)) {
		if path == "" || d.out[name].Before(d.out[path]) {
			path = name
		}
	}
	if path != "" && (next.IsZero() || d.out[path].Before(next)) {
		d.now = later(d.now, d.out[path])
		d.end(d.m.parts[path])
		return true
	}
	if next.IsZero() {
		d.Fatalf("nothing is under way, and the run is %s (%s)\n%s", d.m.run.State, d.m.run.Reason, strings.Join(d.trace, "\n"))
	}
	d.now = later(d.now, next)
	return true
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (d *driver) end(p *part) {
	delete(d.out, p.rec.Path)
	undo := p.rec.State != StepRunning
	d.trace = append(d.trace, fmt.Sprintf("%s ends (undo: %v)", p.rec.Path, undo))
	switch {
	case undo:
		d.undos = append(d.undos, p.rec.Path)
		d.m.ended(p, result{how: finished}, d.now)
	case breaks(d.seed, p.rec.Path):
		d.m.ended(p, result{text: "it breaks"}, d.now)
	default:
		if p.doc.Undo != nil {
			d.ended = append(d.ended, p.rec.Path)
		}
		d.m.ended(p, result{how: finished, outputs: tool.Outputs{"y": 1}}, d.now)
	}
}

// begins checks what must be over before a step begins, and how many elements are under
// way.
func (d *driver) begins(p *part) {
	d.trace = append(d.trace, p.rec.Path+" begins")
	for at := p; at.up != nil; at = at.up {
		switch at.up.kind {
		case sequence:
			for _, before := range at.up.kids[:slices.Index(at.up.kids, at)] {
				if s := before.rec.State; s != StepDone && s != StepSkipped {
					d.Errorf("seed %d: step %s begins while %s is %s", d.seed, p.rec.Path, before.rec.Path, s)
				}
			}
		case loop:
			running := 0
			for _, kid := range at.up.kids {
				if kid.rec.State == StepRunning {
					running++
				}
			}
			if running > max(at.up.doc.Concurrency, 1) {
				d.Errorf("seed %d: %d elements of %s at a time, want at most %d", d.seed, running, at.up.rec.Path, at.up.doc.Concurrency)
			}
			if at.rec.Started.Equal(d.now) && len(p.rec.Attempts) == 1 && d.m.exceeded(at.up) && p == at.kids[0] {
				d.Errorf("seed %d: %s begins although the budget is spent", d.seed, at.rec.Path)
			}
		}
	}
}

// check compares what is counted with the tree.
func (d *driver) check() {
	running := 0
	for _, p := range d.m.parts {
		if p.kind == call && (p.rec.State == StepRunning || p.rec.Undo != nil && p.rec.Undo.State == StepRunning) {
			running++
			if _, ok := d.out[p.rec.Path]; !ok {
				d.Fatalf("seed %d: nobody makes the call of %s", d.seed, p.rec.Path)
			}
		}
	}
	if running != len(d.out) {
		d.Fatalf("seed %d: %d calls under way, %d steps running", d.seed, len(d.out), running)
	}
}

// reload kills the server: all that is left is what was written.
func (d *driver) reload() {
	row := runRow(&d.m.run, d.m.hidden)
	kept := map[string]*record{}
	for path, p := range d.m.parts {
		if p.rec.State == StepPending && p.up.kind != loop && strings.Contains(path, "[") {
			continue // those in elements are written when they begin
		}
		s := stepRow(d.m.run.ID, p.rec)
		r, err := recordOf(s)
		must(d.T, err)
		kept[path] = r
	}
	run, hidden, err := runOf(row)
	must(d.T, err)
	text, err := json.Marshal(d.m.run.Document)
	must(d.T, err)
	must(d.T, json.Unmarshal(text, &run.Document))
	program, err := document.Compile(run.Document, d.m.tools)
	must(d.T, err)
	d.m = newMachine(run, hidden, program, d.m.tools, kept)
	d.m.admitted = true
	d.m.resume(d.now)
	d.m.begun = nil // the calls are still under way
	d.trace = append(d.trace, "restart")
}

func newDriver(t *testing.T, seed uint64, on document.OnFailure) *driver {
	a := &author{Rand: rand.New(rand.NewPCG(seed, 2))}
	f := &document.Flow{Name: "random", Title: "Random", OnFailure: on, Steps: a.steps(3)}
	tools := tool.NewCatalog(&scripted{desc: named("do")}, &scripted{desc: named("undo")})
	program, err := document.Compile(f, tools)
	must(t, err)
	now := time.Unix(1e9, 0).UTC()
	m := newMachine(Run{ID: "r", Document: f, State: Queued, Started: now}, runHidden{}, program, tools, nil)
	m.admitted = true
	return &driver{T: t, Rand: rand.New(rand.NewPCG(seed, 3)), seed: seed, m: m, now: now, out: map[string]time.Time{}}
}

// TestRandomRunsDoWhatThePlainModelSays runs random documents with steps that fail, and
// servers that are killed in between.
func TestRandomRunsDoWhatThePlainModelSays(t *testing.T) {
	failures := 0
	for seed := range uint64(400) {
		d := newDriver(t, seed, document.Stop)
		for i := 0; d.step(); i++ {
			if i > 100_000 {
				t.Fatalf("seed %d never ends: %s\n%s", seed, d.m.run.State, strings.Join(d.trace, "\n"))
			}
		}
		states := map[string]StepState{}
		failed := model(seed, d.m.run.Document.Steps, "", states)
		want := Done
		if failed {
			want = Failed
			failures++
		}
		if d.m.run.State != want {
			t.Fatalf("seed %d: %s (%s), want %s\n%s", seed, d.m.run.State, d.m.run.Reason, want, strings.Join(d.trace, "\n"))
		}
		for path, p := range d.m.parts {
			got, want := p.rec.State, states[path]
			if !failed && want != "" && got != want && !stopped(states, path) {
				t.Errorf("seed %d: step %s is %s, want %s", seed, path, got, want)
			}
			if got == StepDone && p.kind == call && want != StepDone {
				t.Errorf("seed %d: step %s is done, want %q", seed, path, want)
			}
		}
		if t.Failed() {
			return
		}
	}
	if failures < 100 || failures > 350 {
		t.Errorf("%d of 400 runs fail: the test shows little", failures)
	}
}

// stopped tells whether a step lies in a part that has failed: what had not begun there
// by then does not begin.
func stopped(states map[string]StepState, path string) bool {
	for i, b := range []byte(path) {
		if (b == '/' || b == '[') && states[path[:i]] == StepFailed {
			return true
		}
	}
	return false
}

func TestRandomRunsAreUndoneNewestFirst(t *testing.T) {
	undone := 0
	for seed := range uint64(150) {
		d := newDriver(t, seed, document.Undo)
		for i := 0; d.step(); i++ {
			if i > 100_000 {
				t.Fatalf("seed %d never ends: %s\n%s", seed, d.m.run.State, strings.Join(d.trace, "\n"))
			}
		}
		if d.m.run.State == Done {
			continue
		}
		undone += len(d.undos)
		slices.Reverse(d.ended)
		if !slices.Equal(d.undos, d.ended) {
			t.Fatalf("seed %d: undone\n%q, want\n%q\n%s", seed, d.undos, d.ended, strings.Join(d.trace, "\n"))
		}
	}
	if undone < 200 {
		t.Errorf("%d steps were undone: the test shows little", undone)
	}
}
