package inventory

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"headroom/scaler/node/wire"
)

// declared is as much as the largest modules declare: 2,000 files, and 50 packages.
func declared(b *testing.B) (*wire.Declared, []string) {
	dir := b.TempDir()
	d := &wire.Declared{Version: "0123456789abcdef0123", Processes: []string{"web"}, Ports: []int{80, 443}}
	for i := range 2000 {
		path := filepath.Join(dir, fmt.Sprintf("etc-%02d", i%40), fmt.Sprintf("conf-%04d", i))
		must(b, os.MkdirAll(filepath.Dir(path), 0o755))
		write(b, path, strings.Repeat(fmt.Sprintln(i), 2000)) // about 10 KB
		d.Files = append(d.Files, path)
	}
	must(b, parseDpkgFile(func(name string) {
		if len(d.Packages) < 50 {
			d.Packages = append(d.Packages, name)
		}
	}))
	return d, d.Files
}

func parseDpkgFile(visit func(string)) error {
	f, err := os.Open(dpkgStatus)
	if err != nil {
		return nil // there are none
	}
	defer f.Close()
	return parseDpkg(f, func(name, _, _, _ string) { visit(name) })
}

func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// An iteration is a minute of looks: what it takes of a core, and what it adds to the
// syncs of that minute when nothing has changed, when one file has, and for all of it.
func BenchmarkMinute(b *testing.B) {
	d, paths := declared(b)
	i := New(Options{})
	i.Want(d)
	before := used()
	first := i.Scan()
	firstLook := used() - before
	minute := func() {
		for range int(time.Minute / usualEvery) {
			i.look(time.Now())
		}
	}
	minute()
	before = used()
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		minute()
	}
	b.StopTimer()
	b.ReportMetric((used()-before).Seconds()/float64(b.N)/60*100, "%-of-a-core")
	b.ReportMetric(float64(firstLook.Milliseconds()), "ms-first-look")
	if i.Found() != first {
		b.Fatal("something has changed")
	}
	write(b, paths[7], "another text")
	changed := i.Scan()
	size := func(f *wire.Found) float64 {
		text, err := json.Marshal(f)
		must(b, err)
		return float64(len(text))
	}
	b.ReportMetric(size(first), "B-all")
	b.ReportMetric(size(changed.Since(first)), "B-one-file")
}
