package heal

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
)

// runs are flows that end as a script says.
type runs struct {
	asked []FlowRun
	err   error
}

func (r *runs) Run(_ context.Context, f FlowRun) (string, error) {
	r.asked = append(r.asked, f)
	return "run r1 of flow " + f.Flow, r.err
}

func flowJob(t *testing.T, inputs map[string]string) *job {
	t.Helper()
	j := commandJob(t, "x")
	act, err := compileAction(config.HealAction{
		Name: "replace", Kind: "flow", Timeout: config.Duration(time.Minute), Flow: config.HealFlow{Name: "replace-node", Inputs: inputs},
	})
	if err != nil {
		t.Fatal(err)
	}
	j.action = &act
	return j
}

func TestAFlowIsRunForAnAlarm(t *testing.T) {
	r := &runs{}
	j := flowJob(t, map[string]string{"node": "{{ .Facts.Node }}", "why": "{{ .Labels.alertname }} of {{ .Facts.Module }}"})
	j.flows, j.rule = r, "dead"
	out, err := j.run(t.Context())
	if err != nil || out != "run r1 of flow replace-node" {
		t.Fatalf("%q, %v", out, err)
	}
	want := FlowRun{
		Heal: "a-1.1", Flow: "replace-node", Inputs: map[string]string{"node": "n1", "why": "Dead of shop/cart"}, Target: j.target, Alarm: "a-1",
		Why: `replace of rule "dead" for alarm Dead`,
	}
	if !reflect.DeepEqual(r.asked, []FlowRun{want}) {
		t.Errorf("asked %+v", r.asked)
	}
	if got := j.would(); got != "would have run flow replace-node for shop/cart on n1" {
		t.Errorf("would: %q", got)
	}

	// One that failed has healed nothing, and says which run it was.
	r.err = errors.New("run r1 is failed: no node is free")
	if out, err := j.run(t.Context()); err == nil || !strings.Contains(out, "r1") {
		t.Errorf("%q, %v", out, err)
	}
}

func TestAFlowIsNotRunWithAHole(t *testing.T) {
	r := &runs{}
	j := flowJob(t, map[string]string{"node": "{{ .Labels.none }}"})
	j.flows = r
	if _, err := j.run(t.Context()); err == nil || len(r.asked) > 0 {
		t.Errorf("%v after %+v", err, r.asked)
	}
	if got := j.would(); !strings.Contains(got, "would have failed: input node of flow replace-node") {
		t.Errorf("would: %q", got)
	}
	j = flowJob(t, nil)
	if _, err := j.run(t.Context()); err == nil || !strings.Contains(err.Error(), "there are no flows here") {
		t.Errorf("%v", err)
	}
}
