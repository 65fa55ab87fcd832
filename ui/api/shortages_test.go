package api

import (
	"encoding/json"
	"testing"

	"headroom/analytics"
)

func TestShortages(t *testing.T) {
	o, c := options(t)
	s := New(o)
	read := func(query string) (data []analytics.Shortfall) {
		t.Helper()
		w := get(t, s, "/api/v1/shortages"+query)
		if err := json.Unmarshal(w.Body.Bytes(), &struct{ Data any }{&data}); err != nil || w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		return data
	}
	all := read("")
	if len(all) == 0 {
		t.Fatal("no module lacks devices")
	}
	for _, short := range all {
		g := c.snap.Growth[c.snap.Find(short.ID)]
		if short.DevicesToRequest != g.DevicesToRequest || short.Delivery == "" {
			t.Errorf("%+v of %+v", short, g)
		}
	}
	if some := read("?path=Qzone&search=nowhere"); len(some) > 0 {
		t.Errorf("of none: %v", some)
	}
	if w := get(t, s, "/api/v1/shortages?path=no"); w.Code != 400 {
		t.Errorf("of a node that is not there: %d", w.Code)
	}
	c.publish(nil)
	if w := get(t, s, "/api/v1/shortages"); w.Code != 503 {
		t.Errorf("before the first minute: %d", w.Code)
	}
}
