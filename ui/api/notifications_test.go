package api

import (
	"strings"
	"testing"
	"time"

	"headroom/storage/state"
)

func TestNotifications(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	if w := get(t, s, "/api/v1/notifications"); !strings.Contains(w.Body.String(), `"notifications":[],"more":false`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	table := s.Notifications.(state.Notifications)
	if err := table.Keep(t.Context(), []*state.Notification{
		{At: minute, Receiver: "ops", Integration: "webhook[0]", What: state.Delivered, Why: "new", Firing: []string{"a"}, AllFiring: 1, Took: 1500 * time.Millisecond},
		{At: minute.Add(time.Hour), Receiver: "night", Integration: "email[0]", What: state.Failed, Error: "no route to host", Firing: []string{"b"}, AllFiring: 2},
	}, nil, nil); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		"": {`"receiver":"night"`, `"took_seconds":1.5`}, "?receiver=ops": {`"firing":["a"]`}, "?what=failed": {"no route to host"},
		"?alarm=b": {`"all_firing":2`}, "?limit=1": {`"more":true`}, "?to=2026-11-22T22:00:00%2B08:00": {`"webhook[0]"`},
	} {
		w := get(t, s, "/api/v1/notifications"+query)
		for _, part := range want {
			if w.Code != 200 || !strings.Contains(w.Body.String(), part) {
				t.Errorf("%s: no %s in %d %s", query, part, w.Code, w.Body)
			}
		}
	}
	for _, query := range []string{"?what=perhaps", "?from=noon", "?limit=-1"} {
		if w := get(t, s, "/api/v1/notifications"+query); w.Code != 400 {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}
