package ledger

import (
	"strings"
	"testing"

	"headroom/analytics/season"
)

func TestIDsAreFoundAgain(t *testing.T) {
	for _, e := range []Entry{
		{ID: "Qzone/WNS/dispatch/SET_W13", Task: Peak, Horizon: "12:00", For: "2026-11-27"},
		{ID: "a%2Fb/支付", Task: Growth, Horizon: "max30d", For: "2026-12-27"},
	} {
		q, horizon, err := ParseID(strings.TrimPrefix(ExplainID(&e), ExplainPrefix))
		if err != nil || q.Path.ID() != e.ID || q.Task != e.Task || horizon != e.Horizon || season.Date(q.From) != e.For || q.To != q.From || !q.Node {
			t.Errorf("%+v: %+v %s %v", e, q, horizon, err)
		}
	}
	for id, want := range map[string]string{
		"": "want a day, a task", "2026-11-27/peak/12:00": "want a day, a task", "2026-11-27/luck/12:00/a": "want a day, a task",
		"soon/peak/12:00/a": "want a day as", "2026-11-27/peak/12:00/a//b": "empty",
	} {
		if _, _, err := ParseID(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", id, err)
		}
	}
}
