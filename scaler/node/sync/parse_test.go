package sync

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestEverythingThatIsWrongIsTold(t *testing.T) {
	_, err := Parse([]byte(`{"node":"n2","version":"","services":{
		"m":{"module":"x","command":[],"mounts":[{"source":"etc","target":"/a/../b"}],"health":{"kind":"icmp"},"latency":{"source":"magic"},"limits":{"memory":-1},"stop":"-1s"},
		"h":{"module":"h","command":["/a"],"health":{"kind":"http"}}},
		"workers":[{"id":"../a","service":"m","port":70000},{"id":"b","service":"gone","port":1},{"id":"b","service":"h"}]}`), "n1")
	for _, want := range []string{
		"version: want one", `node: want "n1", which this is, found "n2"`,
		`services[m].module: want "m", found "x"`, "services[m].command: want a program",
		`services[m].mounts[0].source: want an absolute path, found "etc"`, `services[m].mounts[0].target: want an absolute path, found "/a/../b"`,
		`services[m].health.kind: want one of ["http" "tcp" "none"], found "icmp"`, "services[m].latency.source:",
		"services[m].limits.memory: want 0 or more, found -1", "services[m].stop: want 0 or more",
		`workers[0].id: want up to 100 letters`, "workers[0].port: want 0 to 65535, found 70000",
		`workers[1].service: want one of services, found "gone"`, `workers[2].id: want one of its own, found "b" a second time`,
		"workers[2].port: want one, since the health check of h is http",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told:\n%v", want, err)
		}
	}
}

func TestLimitsOfADesiredState(t *testing.T) {
	f := func(service, want string) {
		t.Helper()
		_, err := Parse([]byte(`{"node":"n1","version":"1","services":{"m":{"module":"m","command":["/a"],`+service+`}}}`), "n1")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", service, err, want)
		}
	}
	f(`"mounts":[{"source":"/srv","target":"/","writable":true}]`, `mounts[0].target: want a directory below /, found "/"`)
	f(`"health":{"interval":"1ns"}`, "health.interval: want 100ms or more, found 1ns")
	f(`"health":{"timeout":"25h"}`, "health.timeout: want at most 24h0m0s, found 25h0m0s")
	f(`"drain":"87600h"`, "drain: want at most 24h")
	f(`"log":{"keep":1000000000}`, "log.keep: want at most 1000, found 1000000000")

	many := func(n int) string {
		return `{"node":"n1","version":"1","workers":[{}` + strings.Repeat(",{}", n-1) + `]}`
	}
	_, err := Parse([]byte(many(maxWorkers+1)), "n1")
	if err == nil || !strings.Contains(err.Error(), "workers: want at most 10000, found 10001") {
		t.Errorf("%.200s", err)
	}
	if _, err = Parse([]byte(many(maxParts)), "n1"); err == nil || !strings.Contains(err.Error(), "commas") {
		t.Errorf("%.200s", err)
	}
	if _, err = Parse([]byte(many(maxWorkers)), "n1"); err == nil || len(err.Error()) > 20_000 {
		t.Errorf("so many faults are told in %d bytes", len(err.Error()))
	}
}

func TestADesiredStateSurvivesItsWay(t *testing.T) {
	d, err := Parse([]byte(good("7")), "n1")
	if err != nil || d.Version != "7" || len(d.Workers) != 1 || d.Services["m"].Command[0] != "/bin/app" {
		t.Errorf("%+v, %v", d, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good("1")))
	f.Add([]byte("{}"))
	f.Add([]byte(`{"services":{"m":null}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse(text, "n1")
		if err != nil {
			return
		}
		for _, w := range d.Workers {
			if s := d.Services[w.Service]; s == nil || len(s.Command) == 0 || w.ID == "" || strings.ContainsAny(w.ID, "/\x00") {
				t.Fatalf("%q gave a worker that cannot be started: %+v", text, w)
			}
		}
		again, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(again, "n1"); err != nil {
			t.Fatalf("%q is good, but not as it is kept: %v", text, err)
		}
	})
}

func TestTasksCanBeToldApart(t *testing.T) {
	f := func(tasks, want string) {
		t.Helper()
		_, err := Parse([]byte(`{"node":"n1","version":"1","tasks":[`+tasks+`]}`), "n1")
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v; want %q", tasks, err, want)
		}
	}
	f(`{"id":"a","kind":"dance","timeout":"1s","spec":{"a":[1]}}`, "") // what it asks is its own affair
	f(`{"id":"a","timeout":"1s"},{"id":"a","timeout":"1s"}`, `tasks[1].id: want one of its own of at most 200 bytes, found "a"`)
	f(`{"timeout":"1s"}`, `tasks[0].id: want one of its own`)
	f(`{"id":"a"}`, "tasks[0].timeout: want more than 0 and at most 24h0m0s, found 0s")
	f(`{"id":"a","timeout":"25h"}`, "tasks[0].timeout")
}
