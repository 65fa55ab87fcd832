package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

func labelled(name string, more ...string) map[string]string {
	l := map[string]string{"alertname": name}
	for i := 0; i < len(more); i += 2 {
		l[more[i]] = more[i+1]
	}
	return l
}

func commonCause(kind, name string) map[string]string {
	return labelled("CommonCause", "component_kind", kind, "component", name)
}

// small has a proxy that fails under three modules, and a full disk.
func small() *Scenario {
	s := &Scenario{Length: 500, Resend: 60, Truth: Truth{
		Causes:    []Cause{{Kind: "proxy", Name: "px", From: 10, Complete: 20}},
		Incidents: []Incident{{Name: "DiskFull", Alarms: []string{key(labelled("DiskFull"))}, Places: []string{"module m4"}}},
	}}
	for _, m := range []string{"m1", "m2", "m3"} {
		s.Alarms = append(s.Alarms, Alarm{Labels: labelled("Slow", "module", m), From: 10, To: 100})
	}
	s.Alarms = append(s.Alarms, Alarm{Labels: labelled("DiskFull"), From: 15, To: 100})
	return s
}

func told(at Seconds, labels ...map[string]string) Notification {
	n := Notification{At: at}
	for _, l := range labels {
		n.Alarms = append(n.Alarms, Told{Labels: l})
	}
	return n
}

func TestScore(t *testing.T) {
	f := func(name string, want Score, got ...Notification) {
		t.Helper()
		want.In, want.Causes, want.Incidents = 4, 1, 1
		if out := score(small(), got); !reflect.DeepEqual(out, want) {
			t.Errorf("%s: %+v, want %+v", name, out, want)
		}
	}
	disk, px := labelled("DiskFull"), commonCause("proxy", "px")
	f("nothing is told", Score{Missed: []string{"proxy px"}, Swallowed: []string{"DiskFull module m4"}})
	f("all is right", Score{Messages: 2, Told: 2, CausesTold: 1, Slowest: 5}, told(25, px), told(30, disk))
	f("in one message", Score{Messages: 1, Told: 2, CausesTold: 1}, told(18, px, disk))
	f("the cause is repeated", Score{Messages: 2, Told: 2, CausesTold: 1, Slowest: 5}, told(25, px, disk), told(300, px))
	f("told by the incident's place", Score{Messages: 2, Told: 2, CausesTold: 1, Slowest: 5}, told(25, px), told(30, commonCause("module", "m4")))
	f("another cause", Score{Messages: 2, Told: 2, Missed: []string{"proxy px"}, FalseCauses: []string{"site s1"}}, told(25, commonCause("site", "s1")), told(30, disk))
	f("a cause from before", Score{Messages: 2, Told: 2, Missed: []string{"proxy px"}}, told(5, px), told(30, disk))
	f("members by themselves, too", Score{Messages: 3, Told: 3, CausesTold: 1, Slowest: 5, Others: 1},
		told(22, labelled("Slow", "module", "m1")), told(25, px), told(30, disk))

	ended := Notification{At: 28, Alarms: []Told{{Labels: px, Ended: true}}}
	f("ended and told again", Score{Messages: 3, Told: 3, CausesTold: 1, Slowest: 5}, told(25, px), told(26, disk), ended, told(40, px))
}

func TestEventsAreRepeatedAndEnd(t *testing.T) {
	s := small()
	s.Alarms = s.Alarms[:1]
	var at []Seconds
	for _, e := range s.Events() {
		at = append(at, e.At)
		if e.Ended != (e.At == 100) {
			t.Errorf("%+v", e)
		}
	}
	if !reflect.DeepEqual(at, []Seconds{10, 70, 100}) {
		t.Errorf("sent at %v", at)
	}
}

// The same seed makes the same scenario, and what it says of itself is so.
func TestScenariosKeepTheirWord(t *testing.T) {
	for _, p := range parts {
		f := p.fleet()
		again := p.scenarios(p.fleet())
		for i, s := range p.scenarios(f) {
			if !reflect.DeepEqual(s, again[i]) {
				t.Fatalf("%s: seed %d makes two scenarios", s.Name, s.Seed)
			}
			known := map[string]bool{}
			for _, a := range s.Alarms {
				known[key(a.Labels)] = true
				if a.From < 0 || a.To <= a.From || a.To > s.Length {
					t.Errorf("%s: %+v", s.Name, a)
				}
			}
			for _, in := range s.Truth.Incidents {
				for _, k := range in.Alarms {
					if !known[k] {
						t.Errorf("%s: the incident's alarm %s does not ring", s.Name, k)
					}
				}
			}
			for _, c := range s.Truth.Causes {
				if c.Complete < c.From || c.Rings < 10 {
					t.Errorf("%s: %+v", s.Name, c)
				}
			}
		}
	}
}

// What is played in real time is what Alertmanager's clients send, and what comes
// back is read as its webhooks are.
func TestPlayerAndSinkSpeakAlertmanagersWords(t *testing.T) {
	p := &player{sink: &sink{}, speed: 1000, out: t.TempDir()}
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method+" "+r.URL.Path)
		hook := `{"version":"4","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"Slow"}},{"status":"resolved","labels":{"alertname":"Dead"}}]}`
		p.sink.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", bytes.NewBufferString(hook)))
	}))
	defer server.Close()
	p.server = server.URL
	s := &Scenario{Length: 90, Resend: 60, Alarms: []Alarm{{Labels: labelled("Slow"), From: 10, To: 80}}}
	file := p.out + "/told.json"
	must(t, p.one(t.Context(), s, file))
	if want := strings.Repeat("POST /api/v2/alerts ", 3); strings.Join(got, " ")+" " != want {
		t.Errorf("sent %v", got)
	}
	var back []Notification
	must(t, readJSON(file, &back))
	if len(back) != 3 || !back[0].Alarms[1].Ended || back[0].Alarms[0].Labels["alertname"] != "Slow" || back[0].At < 9 {
		t.Errorf("%+v", back)
	}
}
