package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// The silent device comes first, then the others by their load; what limits and paths
// leave out is left out.
func TestDevices(t *testing.T) {
	o, _ := options(t)
	o.Now = func() time.Time { return minute.Add(90 * time.Second) }
	r := rollup.New(rollup.Options{
		Tree: fleet.NewTree(levels), NodeLabel: "node", DeviceTimeout: 3 * time.Minute, Domains: []string{"rack"},
		Load: []storage.Matcher{storage.Metric("headroom_load_percent")},
	}, minute)
	push := func(node, module string, at time.Time, load float64) {
		t.Helper()
		path := []string{"Qzone", "WNS", "dispatch", module}
		labels := []storage.Label{{Name: storage.MetricName, Value: "headroom_load_percent"}, {Name: "node", Value: node}, {Name: "rack", Value: "r-" + node}}
		for i, level := range levels {
			labels = append(labels, storage.Label{Name: level, Value: path[i]})
		}
		c := r.Enter(labels)
		if c == nil {
			t.Fatalf("no signal: %v", labels)
		}
		c.Add(at.UnixMilli(), load)
	}
	push("n1", "SET_W13", minute.Add(20*time.Second), 20)
	push("n2", "SET_W13", minute.Add(30*time.Second), 30)
	push("n3", "SET_W13", minute.Add(-30*time.Minute), 10)
	push("n1", "SET_W20", minute.Add(20*time.Second), 25)
	r.Close(minute.Unix())
	o.Devices = r
	s := New(o)
	names := func(target string) (all []string, more bool) {
		t.Helper()
		var got struct{ Data deviceList }
		w := get(t, s, "/api/v1/modules/"+target)
		if err := json.Unmarshal(w.Body.Bytes(), &got); w.Code != 200 || err != nil {
			t.Fatalf("%s: %d %s", target, w.Code, w.Body)
		}
		for _, d := range got.Data.Devices {
			if d.Silent != (d.Name == "n3") || d.At["rack"] != "r-"+d.Name || d.Name == "n2" && (d.Age != 60 || d.Load != 30) {
				t.Errorf("%+v", d)
			}
			all = append(all, d.Name)
		}
		return all, got.Data.More
	}
	const w13 = "Qzone%2FWNS%2Fdispatch%2FSET_W13/devices"
	for target, want := range map[string][]string{
		w13: {"n3", "n2", "n1"}, w13 + "?limit=1": {"n3"}, "Qzone/devices": {"n3", "n2", "n1", "n1"},
	} {
		if got, more := names(target); !reflect.DeepEqual(got, want) || more != (len(want) == 1) {
			t.Errorf("%s: %v, %v", target, got, more)
		}
	}
	if w := get(t, s, "/api/v1/modules/"+w13+"?limit=x"); w.Code != 400 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	s.Devices = nil
	if got, _ := names(w13); len(got) != 0 {
		t.Errorf("nobody knows of %v", got)
	}
}

func TestHeat(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	const path = "/api/v1/modules/Qzone%2FWNS%2Fdispatch%2FSET_W13/heat"
	for query, want := range map[string]string{"": "8 mean", "?weeks=12": "12 mean", "?of=peak": "8 peak"} {
		var got struct {
			Data struct {
				Weeks int
				Of    string
				Cells []struct{ Minutes int }
			}
		}
		if w := get(t, s, path+query); w.Code != 200 || json.Unmarshal(w.Body.Bytes(), &got) != nil || fmt.Sprint(got.Data.Weeks, " ", got.Data.Of) != want || len(got.Data.Cells) != 168 {
			t.Errorf("%s: %d %+v", query, w.Code, got)
		}
	}
	for target, code := range map[string]int{path + "?weeks=13": 400, path + "?weeks=0": 400, path + "?weeks=x": 400, path + "?of=median": 400, "/api/v1/modules/no/heat": 404} {
		if w := get(t, s, target); w.Code != code {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}
