package consistency

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"headroom/scaler/node/wire"
	"headroom/storage/state"
)

// large is a fleet as large as the largest that is known: 22,400 nodes with 41,793
// places of 2,428 modules, each of which declares 10 packages and 40 files.
type large struct{ hosts []Host }

func (l large) Hosts() []Host           { return l.hosts }
func (large) Seen() map[string][]string { return nil }
func (large) Redeclare([]string)        {}

const (
	largeNodes, largePlaces, largeModules = 22_400, 41_793, 2_428
	largePackages, largeFiles             = 10, 40
)

func largeSettings() (s Settings) {
	s.Block = true
	for m := range largeModules {
		d := &Declaration{Module: fmt.Sprintf("shop/m%d", m)}
		for i := range largePackages {
			d.Packages = append(d.Packages, Package{Name: fmt.Sprintf("package-%d", (m+i)%200), Version: "1.2.3-4"})
		}
		for i := range largeFiles {
			d.Files = append(d.Files, File{Path: fmt.Sprintf("/etc/shop/m%d/file-%d.conf", m, i), Mode: "0644", SHA256: sumText(fmt.Sprint(m, i))})
		}
		s.Declarations = append(s.Declarations, d)
	}
	return s
}

// asDeclared is what a node tells that has everything.
func asDeclared(c *Consistency, name string) *wire.Found {
	d := c.Declared(name)
	f := &wire.Found{Declared: d.Version, Sum: name, Packages: map[string]string{}, Files: map[string]wire.FoundFile{}, Environment: &wire.Environment{Kernel: "6.1"}}
	for _, p := range d.Packages {
		f.Packages[p] = "1.2.3-4"
	}
	for _, p := range d.Files {
		var m, i int
		fmt.Sscanf(p, "/etc/shop/m%d/file-%d.conf", &m, &i)
		f.Files[p] = wire.FoundFile{Owner: "root", Group: "root", Mode: "0644", Size: 100, SHA256: sumText(fmt.Sprint(m, i))}
	}
	return f
}

func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// BenchmarkFleet is a look at a fleet of which one node has changed; beside it what the
// first look takes, when every node has told all, and the memory.
func BenchmarkFleet(b *testing.B) {
	db, err := state.Open(filepath.Join(b.TempDir(), "state.db"))
	must(b, err)
	defer db.Close()
	l := large{}
	for i := range largeNodes {
		l.hosts = append(l.hosts, Host{Name: fmt.Sprintf("node-%05d", i), Modules: []string{fmt.Sprintf("shop/m%d", i%largeModules)}})
	}
	for i := largeNodes; i < largePlaces; i++ {
		h := &l.hosts[i%largeNodes]
		h.Modules = append(h.Modules, fmt.Sprintf("shop/m%d", (i+1)%largeModules))
	}
	before := heap()
	c, err := New(b.Context(), Options{DB: db, Fleet: l})
	must(b, err)
	c.Configure(largeSettings())
	must(b, c.Settle(b.Context()))
	for _, h := range l.hosts {
		c.Found(h.Name, asDeclared(c, h.Name))
	}
	began := time.Now()
	must(b, c.Settle(b.Context()))
	first := time.Since(began)
	if t := c.Total(nil); t.Nodes < largePlaces || t.Inconsistent > 0 || t.Unknown > 0 {
		b.Fatalf("%d nodes, %d inconsistent, %d unknown", t.Nodes, t.Inconsistent, t.Unknown)
	}
	memory := heap() - before
	f := asDeclared(c, l.hosts[0].Name)
	for n := 0; b.Loop(); n++ {
		f.Packages[c.Declared(l.hosts[0].Name).Packages[0]], f.Sum = fmt.Sprint(n), fmt.Sprint(n)
		c.Found(l.hosts[0].Name, f)
		must(b, c.Settle(b.Context()))
	}
	b.ReportMetric(float64(first.Milliseconds()), "ms-first")
	b.ReportMetric(memory, "MiB")
}
