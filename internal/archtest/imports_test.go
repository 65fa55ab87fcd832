package archtest

import (
	"slices"
	"strings"
	"testing"
)

// Data move from left to right, and a folder may import those to its left.
var order = []string{"storage", "ingest", "analytics", "alerting", "scaler", "ui", "cmd"}

// Packages of internal serve everybody, so they know nobody. The simulated
// fleet stands for a user's machines: it sends what they would send.
var knowing = []string{"internal/simfleet"}

func top(pkg string) string {
	name, _, _ := strings.Cut(pkg, "/")
	return name
}

func mayImport(from, to string) bool {
	if top(to) == "internal" {
		return true
	}
	if top(from) == "internal" {
		return slices.Contains(knowing, from) && top(to) == "storage"
	}
	left, right := slices.Index(order, top(to)), slices.Index(order, top(from))
	if right < 0 {
		return true // bench, deploy: outside of the row
	}
	return 0 <= left && left <= right
}

func TestMayImport(t *testing.T) {
	f := func(from, to string, want bool) {
		t.Helper()
		if got := mayImport(from, to); got != want {
			t.Errorf("%s imports %s: %v; want %v", from, to, got, want)
		}
	}
	f("ingest/scrape", "storage", true)
	f("storage/promql", "storage/embedded", true)
	f("storage/promql", "ingest", false)
	f("analytics", "ui/api", false)
	f("ui/api", "alerting/rules", true)
	f("scaler/flow", "internal/config", true)
	f("internal/config", "storage", false)
	f("internal/simfleet", "storage", true)
	f("internal/simfleet", "ingest", false)
	f("analytics", "bench", false)
	f("bench/loadgen", "ingest", true)
}

func TestImportsRunOneWay(t *testing.T) {
	for _, s := range sources(t) {
		for _, to := range s.imports {
			if !mayImport(s.pkg, to) {
				t.Errorf("%s imports %s, which does not lie to its left in %s", s.name, to, strings.Join(order, " ← "))
			}
		}
	}
}

// The node daemon runs as root on every machine: it has to stay small, and may
// not bring along the server, not even by way of others.
func TestNodeDaemonLinksNoServer(t *testing.T) {
	imports := map[string][]string{}
	for _, s := range sources(t) {
		if !s.test {
			imports[s.pkg] = append(imports[s.pkg], s.imports...)
		}
	}
	for _, bad := range linked(imports, "cmd/headroom-node", map[string]bool{}) {
		t.Errorf("cmd/headroom-node links %s", bad)
	}
	if got := linked(imports, "cmd/headroom", map[string]bool{}); len(got) == 0 {
		t.Error("cmd/headroom links no server: this test sees nothing")
	}
}

// linked lists the packages of the server that pkg imports, directly or not.
func linked(imports map[string][]string, pkg string, seen map[string]bool) (server []string) {
	for _, to := range imports[pkg] {
		if seen[to] {
			continue
		}
		seen[to] = true
		if slices.Contains([]string{"storage", "ingest", "analytics", "alerting", "ui"}, top(to)) {
			server = append(server, to)
		}
		server = append(server, linked(imports, to, seen)...)
	}
	return server
}
