package chat

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"headroom/storage/fleet"
	"headroom/storage/state"
)

// Who only looks by the configuration acts where a grant says so, as long as it does.
func TestGrantsCountInChats(t *testing.T) {
	w := newWorld(t)
	const only = "bob may look but not change anything; to ack takes the role operator"
	w.wantAnswer("U2", "ack SET_W13", only)
	w.grants = map[string][]fleet.Path{"bob": {{"Qzone"}}}
	if got := w.ask("U2", "ack SET_W13 I look").Text; !strings.HasPrefix(got, "bob took on 2 alarms") {
		t.Error(got)
	}
	if got := w.ask("U2", "ack push").Text; strings.Contains(got, "took on") {
		t.Errorf("where there is no grant: %s", got)
	}
	w.grants["bob"] = []fleet.Path{{"Qzone"}, nil}
	if got := w.ask("U2", "ack push").Text; !strings.HasPrefix(got, "bob took on 1 alarm") {
		t.Errorf("with a grant for all: %s", got)
	}
	w.grants = nil
	w.wantAnswer("U2", "ack SET_W13", only)
}

func TestCommandsThatWriteAreRecorded(t *testing.T) {
	w := newWorld(t)
	w.ask("U1", "status SET_W13")
	w.ask("U1", "mute SET_W13 1h new disk")
	w.ask("U2", "ack SET_W13")
	w.ask("stranger", "ack SET_W13")
	all, err := w.db.Audit().List(t.Context(), state.AuditQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range all {
		got = append(got, strings.Join([]string{e.Who, e.From, e.Action, e.Why, e.Result}, "|"))
	}
	want := []string{
		"bob|slack:U2|chat.ack||refused: bob may look but not change anything; to ack takes the role operator",
		"ann|slack:U1|chat.mute|new disk|",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q; want %q", got, want)
	}
}

// hiding are flows of which one input is a secret.
type hiding struct{}

func (hiding) Run(context.Context, FlowRun) (string, error) {
	return "", Refused(errors.New(`input word: "hush" is no word`))
}
func (hiding) Hides(flow, input string) bool { return flow == "call" && input == "word" }

func TestSecretInputsAreNotRecorded(t *testing.T) {
	w := newWorld(t)
	w.Service.Flows = hiding{}
	w.ask("U1", "run call word=hush module=Qzone/web")
	all, err := w.db.Audit().List(t.Context(), state.AuditQuery{})
	if err != nil || len(all) != 1 {
		t.Fatalf("%v %v", all, err)
	}
	if e := all[0]; e.Object != "run call word=<secret> module=Qzone/web" || strings.Contains(e.Result, "hush") {
		t.Errorf("%+v", e)
	}
}
