package api

import (
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/analytics"
	"headroom/internal/phrases"
	"headroom/internal/phrases/phrasestest"
	"headroom/scaler/flow"
	"headroom/storage/state"
)

// theirs are words of people and of programs in these tests.
var theirs = []string{"to try", "nobody wants it", "hello shop/web, 2", "context deadline exceeded"}

// explained asks what explains an id, and wants it to be said in Chinese, too.
func explained(t *testing.T, s *Server, id string) analytics.Explanation {
	t.Helper()
	var answer struct{ Data analytics.Explanation }
	target := "/api/v1/explain?id=" + strings.NewReplacer("+", "%2B", "[", "%5B", "]", "%5D").Replace(id)
	var chinese struct{ Data analytics.Explanation }
	decode(t, get(t, s, target+"&lang=zh"), &chinese)
	for _, step := range chinese.Data.Steps {
		for _, text := range append(step.Inputs, step.Name, step.Formula, step.Numbers, step.Result) {
			if !slices.Contains(theirs, text) {
				phrasestest.Check(t, text)
			}
		}
	}
	decode(t, get(t, s, target), &answer)
	return answer.Data
}

// stepOf finds a step by its name.
func stepOf(t *testing.T, e analytics.Explanation, name string) analytics.Step {
	t.Helper()
	for _, one := range e.Steps {
		if one.Name == name {
			return one
		}
	}
	t.Fatalf("%s has no step %q: %+v", e.ID, name, e.Steps)
	return analytics.Step{}
}

func TestARunAndItsStepsAreExplained(t *testing.T) {
	s := newFlowing(t, flow.Limits{})
	r := s.start(`{"inputs": {"module": "shop/web", "password": "s3cr3t"}, "who": "ann", "why": "to try"}`)
	s.until(r.ID, flow.Waiting)
	steps := "/api/v1/runs/" + r.ID + "/steps/"
	s.post(steps+"ask", `{"action": "approve", "who": "ben"}`)
	for range 400 {
		if r = s.until(r.ID, flow.Waiting); r.Steps[len(r.Steps)-1].State == flow.StepFailed {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}

	whole := explained(t, s.Server, "run:"+r.ID)
	if by := stepOf(t, whole, "started by"); by.Result != "ann" || by.Numbers != "to try" {
		t.Errorf("%+v", by)
	}
	if in := stepOf(t, whole, "inputs").Inputs; strings.Join(in, "; ") != "module = shop/web; password = ***; times = 1" {
		t.Errorf("%q", in)
	}
	if stepOf(t, whole, "break").Result != "failed" || stepOf(t, whole, "approve ask").Result != "ben" || stepOf(t, whole, "state").Result != "waiting" {
		t.Errorf("%+v", whole)
	}
	if rel := strings.Join(whole.Related, " "); !strings.Contains(rel, "run:"+r.ID+"/each[0]/say") || !strings.Contains(rel, "row:shop/web") {
		t.Errorf("%s", rel)
	}

	said := explained(t, s.Server, "run:"+r.ID+"/each[1]/say")
	if in := stepOf(t, said, "input says"); in.Formula != "hello ${inputs.module}, ${n}" || in.Result != "hello shop/web, 2" {
		t.Errorf("where it came from and what it was: %+v", in)
	}
	if stepOf(t, said, "attempt 1").Result != "done" || said.Related[0] != "run:"+r.ID {
		t.Errorf("%+v", said)
	}

	if code, text := s.post(steps+"break", `{"action": "retry", "inputs": {"well": true}, "who": "cid", "why": "mended"}`); code != 200 {
		t.Fatal(code, text)
	}
	s.until(r.ID, flow.Done)
	mended := explained(t, s.Server, "run:"+r.ID+"/break")
	if in := stepOf(t, mended, "input well"); in.Formula != "typed by cid for a retry" || in.Result != "true" {
		t.Errorf("%+v", in)
	}
	if first := stepOf(t, mended, "attempt 1"); first.Result != "failed" || first.Numbers == "" || stepOf(t, mended, "attempt 2").Result != "done" {
		t.Errorf("%+v", mended)
	}
	for _, id := range []string{"run:none", "run:" + r.ID + "/none"} {
		if w := get(t, s.Server, "/api/v1/explain?id="+id); w.Code != 404 || !strings.Contains(w.Body.String(), "none") {
			t.Errorf("%s: %d %s", id, w.Code, w.Body)
		}
	}
}

func TestAHealIsExplained(t *testing.T) {
	s, store := healing(t)
	at := minute.Add(-time.Hour)
	h := state.Heal{
		ID: "a.1", Alarm: "a", Name: "ProcessDown", Rule: "web", Action: "restart", Kind: "restart_process", Module: "Qzone/WNS", Node: "n1",
		Started: at, Ended: at.Add(time.Minute), Result: state.HealDone, Output: "stopped\n\nstarted", Verified: at.Add(2 * time.Minute), Verdict: state.Helped,
	}
	if err := store.Begin(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	e := explained(t, s, "heal:a.1")
	if done := stepOf(t, e, "done"); done.Result != "done" || strings.Join(done.Inputs, ", ") != "stopped, started" {
		t.Errorf("%+v", done)
	}
	if stepOf(t, e, "verified").Result != "helped" || strings.Join(e.Related, " ") != "alarm:a row:Qzone/WNS node:n1" {
		t.Errorf("%+v", e)
	}
	if w := get(t, s, "/api/v1/explain?id=heal:b"); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestANodeIsExplainedByItsWorkers(t *testing.T) {
	s := started(t)
	e := explained(t, s.Server, "node:n1")
	placed := stepOf(t, e, "shop/cart")
	if placed.Result != "4 workers" || len(placed.Inputs) != 4 || e.Related[0] != "scale:shop/cart" {
		t.Errorf("%+v", e)
	}
	if d := explained(t, s.Server, "scale:shop/cart"); strings.Join(d.Related, " ") != "row:shop/cart" {
		t.Errorf("%+v", d.Related)
	}
	s.holds(get(t, s.Server, "/api/v1/explain?id=node:nx"), 404, "no such node")
}

func TestAReportsLineIsExplained(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	e := explained(t, s, "report:2026-11/Qzone/WNS/dispatch/SET_W13")
	if stepOf(t, e, "report").Result != "draft" || stepOf(t, e, "devices to request").Result == "" {
		t.Errorf("%+v", e)
	}
	for id, want := range map[string]string{"report:2026-11/none": "has no line", "report:2026-1/x": "want a month and a path", "report:2020-01/x": "was published"} {
		if w := get(t, s, "/api/v1/explain?id="+id); w.Code < 400 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", id, w.Code, w.Body)
		}
	}
}

func TestWhatIsNotThereIsAnsweredWithTheKindsOfIDs(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	w := get(t, s, "/api/v1/explain?id=odd")
	for _, kind := range []string{"row:PATH", "order:PATH", "report:2026-11/PATH", "scale:MODULE", "alarm:ID", "heal:ID", "mute:ID", "request:ID", "run:ID/STEP", "node:NAME", "forecast:2026-11-27/peak/12:00/PATH"} {
		if w.Code != 404 || !strings.Contains(w.Body.String(), kind) {
			t.Errorf("%s: %d %s", kind, w.Code, w.Body)
		}
	}
}

func TestAMuteIsExplained(t *testing.T) {
	s := muting(t)
	var made muteData
	send(t, s, "POST", "mutes", `{"name": "night", "matchers": ["alertname=\"X\""], "times": [{"times": [{"start_time": "01:00", "end_time": "03:00"}]}], "to": "2027-12-01T00:00:00Z", "comment": "nobody wants it"}`, &made)
	e := explained(t, s, "mute:"+made.ID)
	if stepOf(t, e, "made by").Result != "li" || stepOf(t, e, "matchers").Inputs[0] != `alertname="X"` || !strings.Contains(stepOf(t, e, "times").Inputs[0], "01:00") {
		t.Errorf("%+v", e)
	}
	if w := get(t, s, "/api/v1/explain?id=mute:none"); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// Each term has its steps and its words in Chinese; each kind of ids is one of those
// that are explained.
func TestGlossary(t *testing.T) {
	opts, _ := options(t)
	var got struct{ Data Glossary }
	decode(t, get(t, New(opts), "/api/v1/terms"), &got)
	if len(got.Data.Terms) != len(terms) || len(got.Data.IDs) != len(explainers)+3 { // PATH, row: and order:
		t.Fatalf("%d terms, %d kinds of ids", len(got.Data.Terms), len(got.Data.IDs))
	}
	for _, term := range terms {
		if (term.Of == "") != (len(term.steps) == 0) {
			t.Errorf("%s is of %q and has the steps %q", term.Term, term.Of, term.steps)
		}
	}
	for _, text := range glossaryTexts(&got.Data) {
		if phrases.In(phrases.Chinese, text) == text {
			t.Errorf("%q is not said in Chinese", text)
		}
	}
	for _, kind := range got.Data.IDs {
		if !strings.HasPrefix(kind.Example, kind.Kind) {
			t.Errorf("%+v", kind)
		}
		known := kind.Kind == "" || kind.Kind == ofRow || kind.Kind == ofOrder
		for _, e := range explainers {
			known = known || e.prefix == kind.Kind+":"
		}
		if !known {
			t.Errorf("nothing explains %s:", kind.Kind)
		}
	}
}

// glossaryTexts are the sentences of a glossary.
func glossaryTexts(g *Glossary) (all []string) {
	for _, term := range g.Terms {
		all = append(all, term.Summary, term.Description)
	}
	for _, c := range g.Meanings {
		all = append(all, c.Description)
	}
	for _, sign := range g.Signs {
		all = append(all, sign.Description)
	}
	for _, key := range g.Keys {
		all = append(all, key.Description)
	}
	for _, kind := range g.IDs {
		all = append(all, kind.Description)
	}
	return all
}
