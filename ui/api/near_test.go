package api

import (
	"strings"
	"testing"
)

// Who tries an example on a tree of his own learns what can stand in its place.
func TestAnErrorNamesNodesThatAreNear(t *testing.T) {
	snap := workedExample()
	for id, want := range map[string]string{
		"shop":                         "Qzone, QQ, ",                                                                        // the top
		"qzon":                         "Qzone, Qzone/WNS, Qzone/WNS/dispatch",                                               // the word, in any case
		"QQ/msg/pull/x1":               "QQ/msg/push",                                                                        // below the nearest above
		"Qzone/WNS/dispatch/set_w1":    "Qzone/WNS/dispatch/SET_W13, Qzone/WNS/dispatch/SET_W11, Qzone/WNS/dispatch/SET_W12", // the last word
		"Qzone/WNS/dispatch/w99/no/no": "Qzone/WNS/dispatch/SET_W13, Qzone/WNS/dispatch/SET_W02, Qzone/WNS/dispatch/SET_W11", // no more than three
	} {
		if got := strings.Join(nearNodes(snap, id), ", "); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	if got := butThereAre(nil, "shop"); got != "" {
		t.Errorf("before the first minute: %q", got)
	}
}

func TestEveryErrorAboutANodeNamesSome(t *testing.T) {
	o, _ := options(t)
	server := New(o)
	for path, code := range map[string]int{
		"/api/v1/explain?id=shop":                      404,
		"/api/v1/explain?id=row:shop@2026-11-22T21:05": 404,
		"/api/v1/modules/shop?model=":                  404,
		"/api/v1/warnings?path=shop":                   400,
		"/api/v1/ledger?path=shop":                     400,
		"/api/v1/backtest?task=peak&path=shop":         400,
	} {
		w := get(t, server, path)
		if got := w.Body.String(); w.Code != code || !strings.Contains(got, "first sample); there are, for example, Qzone, QQ, ") {
			t.Errorf("%s: %d %s", path, w.Code, got)
		}
		if got := get(t, server, path+"&lang=zh").Body.String(); strings.Contains(got, "no such") {
			t.Errorf("%s in Chinese: %s", path, got)
		}
	}
}
