package api

import (
	"encoding/json"
	"strings"
	"testing"

	"headroom/analytics"
)

func TestCoverage(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	const module = "/api/v1/modules/Qzone%2FWNS%2Fdispatch%2FSET_W13"
	var got struct{ Data analytics.Judged }
	if w := get(t, s, module+"?coverage=0.8"); w.Code != 200 || json.Unmarshal(w.Body.Bytes(), &got) != nil || got.Data.Row.PeakToday.Upper != 27.3+0.8 {
		t.Errorf("%+v", got.Data.Row)
	}
	if w := get(t, s, module+"/growth?coverage=0.99"); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, bad := range []string{"95", "0.2", "x", "1"} {
		for _, target := range []string{module, module + "/growth"} {
			if w := get(t, s, target+"?coverage="+bad); w.Code != 400 || !strings.Contains(w.Body.String(), "0.5 to 0.999") {
				t.Errorf("%s: %d %s", bad, w.Code, w.Body)
			}
		}
	}
}
