package api

import (
	"path/filepath"
	"strings"
	"testing"

	"headroom/storage/search"
)

func TestSearch(t *testing.T) {
	o, _ := options(t)
	x, err := search.Open(filepath.Join(t.TempDir(), "search.db"))
	noErr(t, err)
	t.Cleanup(func() { _ = x.Close() })
	_, err = x.Put(t.Context(), []search.Document{
		{Kind: "module", ID: "Qzone/WNS", Path: "Qzone/WNS", Title: "Qzone/WNS", Text: "owner: <ann>", URL: "/module/Qzone/WNS"},
		{Kind: "alarm", ID: "a1", Path: "Qzone/WNS", Title: "DiskFull", Text: "of Qzone/WNS", At: minute},
	})
	noErr(t, err)
	o.Search = x
	s := New(o)
	r := dataOf[searchAnswer](t, get(t, s, "/api/v1/search?q=wns"))
	if len(r.Hits) != 2 || r.Hits[0].URL != "/module/Qzone/WNS" || r.Hits[1].Snippet != "of Qzone/\x01WNS\x02" || !r.Hits[1].At.Equal(minute) || len(r.Kinds) != 2 {
		t.Errorf("%+v", r)
	}
	if r := dataOf[searchAnswer](t, get(t, s, "/api/v1/search?q=wns&kind=alarm,run&path=Qzone&limit=1")); len(r.Hits) != 1 || r.Hits[0].ID != "a1" || len(r.Kinds) != 2 {
		t.Errorf("%+v", r)
	}
	if r := dataOf[searchAnswer](t, get(t, s, `/api/v1/search?q=%22AND%20(*`)); len(r.Hits) != 0 {
		t.Errorf("%+v", r)
	}
	for _, bad := range []string{"q=a&path=a//b", "q=a&limit=1000", "q=a&offset=-1", "q=" + strings.Repeat("a", 2000)} {
		if w := get(t, s, "/api/v1/search?"+bad); w.Code != 400 {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}
