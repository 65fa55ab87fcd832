package api

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"headroom/analytics"
)

func (c *capacity) Sparklines(_ context.Context, ids []string, model string, days, points int) (*analytics.Sparklines, error) {
	out := &analytics.Sparklines{Model: model, Step: days * 24 * 3600 / points, From: minute.Unix()}
	for _, id := range ids {
		if c.Snapshot().Find(id) < 0 {
			return nil, fmt.Errorf("%q: %w", id, analytics.ErrNoNode)
		}
		nan := analytics.Unknown()
		out.Lines = append(out.Lines, &analytics.Sparkline{ID: id, Load: []analytics.Number{23.5, nan}, Lower: []analytics.Number{19, nan}, Upper: []analytics.Number{22.6, nan}, Outside: []int{7, 0}})
	}
	return out, nil
}

func TestSparklines(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	const path = "/api/v1/sparklines?id=Qzone&id=Qzone/WNS/dispatch/SET_W13"
	for query, want := range map[string]string{"": `"step_seconds":7200`, "&days=1&points=24": `"step_seconds":3600`, "&model=classic": `"model":"classic"`} {
		if w := get(t, s, path+query); w.Code != 200 || !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), `"load":[23.5,null]`) {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
	many := "/api/v1/sparklines?" + strings.Repeat("id=Qzone&", analytics.MaxSparklines+1)
	for target, code := range map[string]int{
		"/api/v1/sparklines": 400, many: 400, path + "&days=15": 400, path + "&days=0": 400, path + "&points=337": 400, path + "&points=x": 400, path + "&id=no": 404,
	} {
		if w := get(t, s, target); w.Code != code {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}
