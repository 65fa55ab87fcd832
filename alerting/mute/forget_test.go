package mute_test

import (
	"fmt"
	"testing"
	"time"
)

func TestMutesThatAreOverAreForgotten(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for _, to := range []string{"2026-11-27T13:00:00Z", "2026-12-20", "2026-12-20"} {
		r := lunch()
		r.Times, r.To = nil, to
		m, err := w.Add(t.Context(), w.Now, r)
		must(t, err)
		ids = append(ids, m.ID)
	}
	must(t, w.Mutes.End(t.Context(), w.Now, ids[1], "li"))
	w.Step(48 * time.Hour)
	if n, err := w.Forget(t.Context(), w.Now.Add(-72*time.Hour)); err != nil || n != 0 {
		t.Errorf("forgot %d that were not over so long, %v", n, err)
	}
	if n, err := w.Forget(t.Context(), w.Now); err != nil || n != 2 {
		t.Errorf("forgot %d, %v", n, err)
	}
	w.Restart()
	var left []string
	for _, m := range w.List(w.Now, true) {
		left = append(left, m.ID)
	}
	if got := fmt.Sprint(left); got != fmt.Sprint(ids[2:]) {
		t.Errorf("left are %s of %s", got, ids)
	}
}
