package fleet

import (
	"slices"
	"strings"
	"testing"
)

// An id can be taken apart again, and a browser does not take a part of it for a
// way up.
func TestIDs(t *testing.T) {
	f := func(id string, names ...string) {
		t.Helper()
		if got := Path(names).ID(); got != id {
			t.Errorf("%q has the id %q; want %q", names, got, id)
		}
		if back, err := ParseID(id); err != nil || !slices.Equal(back, Path(names)) {
			t.Errorf("%q comes back as %q, %v; want %q", id, back, err, names)
		}
	}

	f("Qzone/WNS/dispatch/SET_W13", "Qzone", "WNS", "dispatch", "SET_W13")
	f("a%2Fb/50%25/%252F", "a/b", "50%", "%2F")
	f("%2E/%2E%2E/.../.a", ".", "..", "...", ".a")
	f("微信/<script> \"'?#", "微信", "<script> \"'?#")
	f(strings.Repeat("x", 200), strings.Repeat("x", 200))
}
