package lease

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

var usual = Defaults{TTL: 90 * time.Second, Limit: 24 * time.Hour, Grace: 2 * time.Minute, Expected: 100, Least: 10}

func TestARequestLeavesOutWhatIsConfigured(t *testing.T) {
	d, err := (&Request{Kind: "deploy", Nodes: []string{"n1"}}).read(usual)
	if err != nil || time.Duration(d.TTL) != usual.TTL || time.Duration(d.Grace) != usual.Grace || d.limit != usual.Limit {
		t.Errorf("%+v, %v", d, err)
	}
	d, err = (&Request{Kind: "deploy", Nodes: []string{"n1"}, TTL: "30s", Grace: "0s", Limit: "1h"}).read(usual)
	if err != nil || time.Duration(d.TTL) != 30*time.Second || d.Grace != 0 || d.limit != time.Hour {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestFaultsAreTold(t *testing.T) {
	minus := -1
	_, err := (&Request{
		Run: "a\nb", Who: strings.Repeat("x", MaxText+1), Nodes: []string{"n1", ""}, Paths: []string{"", "a//b"}, Effect: []string{"Dead", `a=~"("`},
		Expected: &minus, TTL: "1s", Limit: "forever", Grace: "1d",
	}).read(usual)
	if err == nil {
		t.Fatal("no fault was found")
	}
	for _, want := range []string{
		"run: want a text in one line", "kind: want the kind", "who: has 501 bytes", "nodes[1]: want the name", "paths[0]: want a node", "paths[1]: want a node",
		"effect[0]: want label matchers", "effect[1]: want label", "expected: want 0 to 100000", `ttl: want a duration from 10s to 1h, got "1s"`, `limit: want a duration from 1m to 1w, got "forever"`, "grace: want",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in\n%v", want, err)
		}
	}
	if _, err := (&Request{Kind: "deploy"}).read(usual); err == nil || !strings.Contains(err.Error(), "nodes: want the nodes or the paths") {
		t.Errorf("%v", err)
	}
	if _, err := (&Request{Kind: "deploy", Nodes: []string{"n"}, Effect: make([]string, MaxEffect+1)}).read(usual); err == nil || !strings.Contains(err.Error(), "effect: has 65") {
		t.Errorf("%v", err)
	}
}

// Whatever is asked for, it is a lease that survives being written and read, or
// an error that names the field.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"run":"1","kind":"deploy","nodes":["n1"],"paths":["Qzone/WNS"],"effect":["a=~\"b\""],"expected":5,"ttl":"90s","limit":"1h","grace":"2m"}`))
	f.Add([]byte(`{"kind":"x","paths":["%2E/%zz"],"ttl":"99999999999y"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var r Request
		if json.Unmarshal(body, &r) != nil {
			return
		}
		d, err := r.read(usual)
		if err != nil {
			if !strings.Contains(err.Error(), ": ") {
				t.Errorf("%q names no field", err)
			}
			return
		}
		text, err := json.Marshal(d.Lease)
		if err != nil {
			t.Fatal(err)
		}
		var again Lease
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatal(err)
		}
		s, err := revive(&again)
		if err != nil || !reflect.DeepEqual(s.paths, d.paths) || len(s.effect) != len(d.effect) {
			t.Errorf("%+v became %+v, %v", d.scope, s, err)
		}
	})
}
