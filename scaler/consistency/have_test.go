package consistency

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"headroom/scaler/node/wire"
)

// What is kept after a node has told changes is what it would be if it had told all.
func TestChangesLeadToAll(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	p := &pantry{}
	d := &wire.Declared{Files: []string{"/etc/shop/node.conf", "/etc/shop/old.conf"}}
	for range 100 {
		before := odd(r)
		before.Sum = "0"
		kept := (*Have)(nil).with(before, d, p)
		for n := range 5 {
			now := odd(r)
			for name := range before.Packages { // a node tells of what it looked for once as long as it looks for it
				if _, there := now.Packages[name]; !there {
					now.Packages[name] = ""
				}
			}
			for name := range before.Files {
				if _, there := now.Files[name]; !there {
					now.Files[name] = wire.FoundFile{Missing: true}
				}
			}
			if now.Processes == nil {
				now.Processes, now.Ports = map[string]int{"nginx": 0, "web": 0}, map[int]string{80: ""}
			}
			if before.Processes == nil {
				before.Processes, before.Ports = map[string]int{}, map[int]string{}
			}
			now.Sum = fmt.Sprint(n + 1)
			kept = kept.with(now.Since(before), d, p)
			if all := (*Have)(nil).with(now, d, p); !reflect.DeepEqual(kept, all) {
				t.Fatalf("got  %+v\nwant %+v", kept, all)
			}
			before = now
		}
	}
	if len(p.files) > 30 {
		t.Errorf("%d files are kept of a few that are alike", len(p.files))
	}
}

func TestTooMuchIsNotKept(t *testing.T) {
	f := &wire.Found{Sum: "1", Packages: map[string]string{}, Environment: &wire.Environment{}}
	for i := range maxHave + 1 {
		f.Packages[fmt.Sprint(i)] = "1"
	}
	if h := (*Have)(nil).with(f, &wire.Declared{}, &pantry{}); len(h.Packages) != 0 || h.Machine == nil || h.Sum != "1" {
		t.Errorf("%d packages", len(h.Packages))
	}
}
