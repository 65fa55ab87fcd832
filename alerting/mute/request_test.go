package mute

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

// What is wanted is a mute that survives being written and read, or an error that
// names the field.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"name":"n","matchers":["a=\"b\""],"times":[{"times":[{"start_time":"02:00","end_time":"04:00"}],"dates":["2026-12-24"]}],"timezone":"Asia/Shanghai","from":"2026-12-01","to":"2026-12-24T00:00:00Z","comment":"c"}`))
	f.Add([]byte(`{"matchers":["a=~\".*\""],"from":"9999-12-31","to":"0000-01-01"}`))
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		var r Request
		if json.Unmarshal(body, &r) != nil {
			return
		}
		m, err := r.read(time.UTC)
		if err != nil {
			if !strings.Contains(err.Error(), ": ") {
				t.Errorf("%q names no field", err)
			}
			return
		}
		m.update(now)
		text, err := json.Marshal(m.Mute)
		if err != nil {
			t.Fatal(err)
		}
		var again Mute
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatal(err)
		}
		if _, err := (&Request{Matchers: again.Matchers, Times: again.Times, Timezone: again.Timezone}).read(time.UTC); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// The index finds what trying all mutes finds.
func TestTheIndexFindsWhatTryingAllFinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	texts := []string{`a="1"`, `a="2",b=~"1|2"`, `b="1"`, `c=""` + `,a=~"1.*"`, `a!="1",b="2"`, `c=~"1|2"`}
	for range 300 {
		x := index{byLabel: map[label][]*ready{}}
		var all []*ready
		for range rng.IntN(8) {
			m, err := (&Request{Matchers: []string{texts[rng.IntN(len(texts))]}}).read(time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			m.ID = string(rune('a' + len(all)))
			m.change = time.Unix(int64(rng.IntN(3)), 0)
			all = append(all, m)
			x.add(m)
		}
		set := model.LabelSet{}
		for _, name := range []model.LabelName{"a", "b", "c"} {
			if v := rng.IntN(3); v > 0 {
				set[name] = model.LabelValue(rune('0' + v))
			}
		}
		var want *ready
		for _, m := range all {
			if m.matchers.Matches(set) && (want == nil || longer(m, want)) {
				want = m
			}
		}
		if got := x.find(set); got != want {
			t.Fatalf("%v: %+v, want %+v", set, got, want)
		}
	}
}
