package api

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
)

func TestPicture(t *testing.T) {
	o, _ := options(t)
	s := New(o)
	const path = "/api/v1/modules/Qzone%2FWNS%2Fdispatch%2FSET_W13/picture"
	w := get(t, s, path+"?width=300&height=120")
	img, err := png.Decode(bytes.NewReader(w.Body.Bytes()))
	if err != nil || img.Bounds().Dx() != 300 || w.Header().Get("Content-Type") != "image/png" {
		t.Errorf("%v %v", err, w.Header())
	}
	if w := get(t, s, path+"?format=svg"); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "<svg") {
		t.Errorf("%d %.100s", w.Code, w.Body)
	}
	for query, want := range map[string]string{"?format=gif": "one of png, svg", "?width=10": "200 × 100 to", "?height=x": "whole number"} {
		if w := get(t, s, path+query); w.Code != 400 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
	if w := get(t, s, "/api/v1/modules/no/picture"); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
