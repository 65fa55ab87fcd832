package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"headroom/analytics"
	"headroom/storage/fleet"
)

// fleetOf returns a judged snapshot with so many modules, twelve a service.
func fleetOf(modules int) *analytics.Snapshot {
	tree := fleet.NewTree(levels)
	for i := range modules {
		tree.Add(fleet.Path{fmt.Sprint("business", i/480), fmt.Sprint("product", i/96), fmt.Sprint("service", i/12), fmt.Sprint("SET_", i)})
	}
	s := analytics.NewSnapshot(tree, minute, "classic")
	s.Published = minute
	from := workedExample()
	for _, n := range tree.Nodes() {
		r, g := from.Rows[from.Find("Qzone/WNS/dispatch/SET_W13")], from.Growth[from.Find("Qzone/WNS/dispatch/SET_W13")]
		r.ID, r.Path, r.Level = n.ID, n.Path, levels[n.Level()]
		g.ID, g.Path, g.Level = n.ID, n.Path, levels[n.Level()]
		r.Load += analytics.Number(n.Index%977) / 97
		r.Score = r.Load / 20
		s.Rows[n.Index], s.Growth[n.Index] = r, g
	}
	return s
}

// BenchmarkWarnings asks for the whole table: after each new snapshot, and again
// for the same one.
func BenchmarkWarnings(b *testing.B) {
	for _, modules := range []int{240, 2428, 41793} {
		for _, packed := range []bool{false, true} {
			opts, c := options(b)
			s := New(opts)
			r := httptest.NewRequest(http.MethodGet, "/api/v1/warnings?sort=-score", nil)
			if packed {
				r.Header.Set("Accept-Encoding", "gzip")
			}
			ask := func(b *testing.B) {
				w := httptest.NewRecorder()
				s.Handler().ServeHTTP(w, r)
				if w.Code != 200 || w.Body.Len() < 1000 {
					b.Fatal(w.Code, w.Body.Len())
				}
			}
			snap := fleetOf(modules)
			b.Run(fmt.Sprintf("modules=%d/gzip=%v/new", modules, packed), func(b *testing.B) {
				for b.Loop() {
					next := *snap
					c.publish(&next)
					ask(b)
				}
			})
			b.Run(fmt.Sprintf("modules=%d/gzip=%v/same", modules, packed), func(b *testing.B) {
				for b.Loop() {
					ask(b)
				}
			})
		}
	}
}
