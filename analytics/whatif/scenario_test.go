package whatif

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"headroom/internal/phrases/phrasestest"
)

func TestValidateTellsAll(t *testing.T) {
	s := Scenario{
		Loads:    []Load{{Path: "a//b", Uplift: 0, From: "soon"}, {Uplift: math.Inf(1), From: "2026-12-02", To: "2026-12-01"}},
		Lost:     []Domain{{Label: "rack"}, {Label: "site", Value: "s1"}},
		Devices:  []Devices{{}},
		LeadTime: 400, TargetLoad: 101,
	}
	err := s.Validate()
	for _, want := range []string{
		"loads[0].path: ", "loads[0].uplift: want a number above 0 and up to 1000, got 0", `loads[0].from: want a day as 2006-01-02, got "soon"`,
		"loads[1].uplift: want a number above 0 and up to 1000, got +Inf", "loads[1].to: want a day not before 2026-12-02, got 2026-12-01", "lost[0].value: ", `lost[1].label: want "rack"`,
		"devices[0].path: ", "devices[0].change: ", "lead_time: want 1d to 365d, got 400d", "target_load: ",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told in:\n%v", want, err)
		}
	}
	phrasestest.Refusal(t, err)
	if err := (&Scenario{}).Validate(); err == nil || !strings.Contains(err.Error(), "at least one of") {
		t.Errorf("empty: %v", err)
	}
	if err := (&Scenario{Loads: []Load{{Uplift: 1001}}}).Validate(); err == nil {
		t.Error("more than there are machines")
	}
	if err := (&Scenario{Loads: make([]Load, MostParts+1)}).Validate(); err == nil || !strings.Contains(err.Error(), "loads: want at most 100, got 101") {
		t.Errorf("many: %v", err)
	}
}

func TestText(t *testing.T) {
	load := func(in string, want Load) {
		t.Helper()
		if got, err := ParseLoad(in); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", in, got, err, want)
		}
	}
	load("1.3", Load{Uplift: 1.3})
	load("Qzone/WNS=0.5", Load{Path: "Qzone/WNS", Uplift: 0.5})
	load("a=b=2@2026-12-01..2026-12-05", Load{Path: "a=b", Uplift: 2, From: "2026-12-01", To: "2026-12-05"})
	load("a@b=2@..2026-12-05", Load{Path: "a@b", Uplift: 2, To: "2026-12-05"})
	load("a@b=2", Load{Path: "a@b", Uplift: 2})
	if d, err := ParseDomain("rack=r12@Qzone/WNS"); err != nil || d != (Domain{"rack", "r12", "Qzone/WNS"}) {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err := ParseDevices("Qzone/a=b=-2"); err != nil || d != (Devices{"Qzone/a=b", -2}) {
		t.Errorf("%+v, %v", d, err)
	}
	for _, in := range []string{"", "Qzone", "Qzone=", "=x", "rack", "=r1"} {
		_, load := ParseLoad(in)
		_, domain := ParseDomain(in)
		_, devices := ParseDevices(in)
		if load == nil || devices == nil || domain == nil && in != "=x" && in != "Qzone=" {
			t.Errorf("%q: %v, %v, %v", in, load, domain, devices)
		}
	}
}

func TestJSON(t *testing.T) {
	var s Scenario
	const text = `{"loads":[{"path":"","uplift":1.3,"to":"2026-12-05"}],"devices":[{"path":"a/b","change":-2}],"lead_time":"6w"}`
	if err := json.Unmarshal([]byte(text), &s); err != nil || s.LeadTime != 42 {
		t.Fatalf("%+v, %v", s, err)
	}
	out, err := json.Marshal(s)
	if want := strings.Replace(text, "6w", "42d", 1); err != nil || string(out) != want {
		t.Errorf("%s, %v; want %s", out, err, want)
	}
	if got := strings.Join(s.Sentences(), "; "); got != "load of all × 1.3 from today to 2026-12-05; -2 devices of a/b; a lead time of 42 days" {
		t.Error(got)
	}
	if err := json.Unmarshal([]byte(`{"lead_time":"400d","target_load":200}`), &s); err != nil {
		t.Errorf("too many days are told with the other faults: %v", err)
	}
	for _, bad := range []string{`"36h"`, `"0d"`, `"soon"`} {
		if err := json.Unmarshal([]byte(`{"lead_time":`+bad+`}`), &s); err == nil || !strings.Contains(err.Error(), "lead_time: want whole days") {
			t.Errorf("lead time %s: %v", bad, err)
		}
	}
}
