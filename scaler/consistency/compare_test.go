package consistency

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"

	"headroom/internal/phrases/phrasestest"
	"headroom/scaler/node/wire"
)

func sumText(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

// good is what a node has that is as webDeclared wants it.
func good(node string) *wire.Found {
	return &wire.Found{
		Packages: map[string]string{"nginx": "1.22.1-9", "telnet": ""},
		Files: map[string]wire.FoundFile{
			"/etc/shop/web.conf":  {Owner: "root", Group: "any", Mode: "0640", SHA256: sumText("listen 80;\n")},
			"/etc/shop/node.conf": {Owner: "x", Mode: "0600", SHA256: sumText("node=" + node + " module=shop/web rack=r7 zone=blue\n")},
			"/etc/shop/old.conf":  {Missing: true},
		},
		Processes:   map[string]int{"nginx": 2, "web": 0},
		Ports:       map[int]string{80: "nginx"},
		Environment: &wire.Environment{Kernel: "6.1.0-28", OS: "debian 12", CPU: "Xeon", Cores: 8, Memory: 31 << 30},
	}
}

func have(f *wire.Found) *Have { return (*Have)(nil).with(f, &wire.Declared{}, &pantry{}) }

func TestEachWayToDiffer(t *testing.T) {
	all, err := read(t, webFiles())
	must(t, err)
	d := all[0]
	at := Place{"n1", map[string]string{"rack": "r7"}}
	compare := func(change func(*wire.Found)) (bad string) {
		f := good("n1")
		change(f)
		for _, i := range Compare("shop/web", d.wants(), d.PackagesExtra, at, have(f)) {
			if i.State != OK {
				phrasestest.Check(t, i.Reason)
				bad += fmt.Sprintf("%s %s: %s\n", i.State, i.Item, i.Reason)
			}
		}
		return bad
	}
	f := func(want string, change func(*wire.Found)) {
		t.Helper()
		if got := compare(change); got != want {
			t.Errorf("got %q\nwant %q", got, want)
		}
	}
	file := func(name string, change func(*wire.FoundFile)) func(*wire.Found) {
		return func(f *wire.Found) {
			one := f.Files[name]
			change(&one)
			f.Files[name] = one
		}
	}
	f("", func(*wire.Found) {})
	f("missing package:nginx: it is not installed\n", func(f *wire.Found) { f.Packages["nginx"] = "" })
	f("different package:nginx: version 1.18.0 instead of 1.22 or later\n", func(f *wire.Found) { f.Packages["nginx"] = "1.18.0" })
	f("different package:nginx: its installation has not come to its end: half-configured\n", func(f *wire.Found) { f.Packages["nginx"] = "1.24 (half-configured)" })
	f("unknown package:nginx: the node has not looked for it yet\n", func(f *wire.Found) { delete(f.Packages, "nginx") })
	f("extra package:telnet: it shall not be installed\n", func(f *wire.Found) { f.Packages["telnet"] = "1" })
	f("extra package:shop-debug: it is installed and not declared (packages_extra: shop-*)\n", func(f *wire.Found) { f.Packages["shop-debug"] = "1"; f.Packages["shop-gone"] = "" })
	f("missing file:/etc/shop/web.conf: it is not there\n", func(f *wire.Found) { f.Files["/etc/shop/web.conf"] = wire.FoundFile{Missing: true} })
	f("different file:/etc/shop/web.conf: owner nobody instead of root, mode 0600 instead of 0640, its content is another one\n",
		file("/etc/shop/web.conf", func(f *wire.FoundFile) { f.Owner, f.Mode, f.SHA256 = "nobody", "0600", sumText("x") }))
	f("different file:/etc/shop/web.conf: it is a directory instead of a file\n",
		file("/etc/shop/web.conf", func(f *wire.FoundFile) { f.Kind, f.SHA256 = "directory", "" }))
	f("unknown file:/etc/shop/web.conf: the node has not read its content yet\n", file("/etc/shop/web.conf", func(f *wire.FoundFile) { f.SHA256 = "" }))
	f("unknown file:/etc/shop/web.conf: the node cannot look at it: permission denied\n", file("/etc/shop/web.conf", func(f *wire.FoundFile) { f.Error = "permission denied" }))
	f("different file:/etc/shop/node.conf: its content is another one\n", file("/etc/shop/node.conf", func(f *wire.FoundFile) { f.SHA256 = sumText("node=n2") }))
	f("extra file:/etc/shop/old.conf: it shall not be there\n", file("/etc/shop/old.conf", func(f *wire.FoundFile) { f.Missing = false }))
	f("missing process:nginx: it does not run\n", func(f *wire.Found) { f.Processes["nginx"] = 0 })
	f("different process:web: 5 run instead of at most 4\n", func(f *wire.Found) { f.Processes["web"] = 5 })
	f("missing port:80: nobody listens there\n", func(f *wire.Found) { f.Ports[80] = "" })
	f("different port:80: apache listens there instead of nginx\n", func(f *wire.Found) { f.Ports[80] = "apache" })
	f("", func(f *wire.Found) { f.Ports[80] = "haproxy,nginx" })
	f("unknown port:80: the node does not know who listens there\n", func(f *wire.Found) { f.Ports[80] = "?" })
	at.Labels = nil
	f("unknown file:/etc/shop/node.conf: its content cannot be made of the template: template: node.tmpl:1:48: executing \"node.tmpl\" at <.Labels.rack>: map has no entry for key \"rack\"\n", func(*wire.Found) {})
}

// Whatever a node tells, each declared item is there once, in its order; what a node does
// not tell is unknown and never wrong; and what was adopted is right there.
func TestCompareHoldsForWhateverIsTold(t *testing.T) {
	all, err := read(t, webFiles())
	must(t, err)
	d := all[0]
	wants := d.wants()
	at := Place{"n1", map[string]string{"rack": "r7"}}
	r := rand.New(rand.NewPCG(5, 5))
	for range 600 {
		f := odd(r)
		items := Compare("shop/web", wants, d.PackagesExtra, at, have(f))
		for i, w := range wants {
			if items[i].key() != w.Key {
				t.Fatalf("%v stands in place of %v", items[i].Item, w.Key)
			}
			if !told(f, w) && items[i].State != Unknown {
				t.Fatalf("%s was not told, and is %s", w.Key, items[i].State)
			}
		}
		for _, i := range items {
			phrasestest.Check(t, i.Reason)
			if (i.State == OK) != (i.Reason == "") {
				t.Fatalf("%+v", i)
			}
		}
		for _, i := range items[len(wants):] {
			if i.State != Extra || f.Packages[i.Name] == "" {
				t.Fatalf("%+v", i)
			}
		}
		adoptEach(t, d, wants, at, f)
	}
}

func adoptEach(t *testing.T, d *Declaration, wants []Want, at Place, f *wire.Found) {
	m := &module{decl: d, wants: wants, members: map[string]string{"n1": byWorkers}}
	c := &Consistency{nodes: map[string]*node{"n1": {have: have(f)}}}
	for _, i := range Compare("shop/web", wants, d.PackagesExtra, at, have(f)) {
		if !i.State.Bad() {
			continue
		}
		o, err := c.overrideOf(place{"shop/web", "n1", i.key()}, m)
		if err != nil || o.Removed {
			continue // it cannot be said in a declaration
		}
		if again := Compare("shop/web", []Want{o.Want}, nil, at, have(f)); again[0].State != OK {
			t.Fatalf("%+v was adopted and is %+v", i, again[0])
		}
	}
}

func told(f *wire.Found, w Want) (ok bool) {
	switch w.Kind {
	case KindPackage:
		_, ok = f.Packages[w.Name]
	case KindFile:
		_, ok = f.Files[w.Name]
	case KindProcess:
		_, ok = f.Processes[w.Name]
	case KindPort:
		_, ok = f.Ports[w.Port.Port]
	}
	return ok
}

// odd is what a node might tell.
func odd(r *rand.Rand) *wire.Found {
	f := good([]string{"n1", "n2"}[r.IntN(2)])
	for name := range f.Packages {
		if r.IntN(3) == 0 {
			f.Packages[name] = []string{"", "1.2", "1.22.1-9", "2 (unpacked)"}[r.IntN(4)]
		}
		if r.IntN(6) == 0 {
			delete(f.Packages, name)
		}
	}
	if r.IntN(3) == 0 {
		f.Packages["shop-x"] = []string{"", "1"}[r.IntN(2)]
	}
	for name, file := range f.Files {
		switch r.IntN(6) {
		case 0:
			delete(f.Files, name)
			continue
		case 1:
			file = wire.FoundFile{Missing: true}
		case 2:
			file = wire.FoundFile{Owner: "root", Group: "root", Mode: "0644", SHA256: sumText("z")}
		case 3:
			file.Error = "broken"
		case 4:
			file.Kind, file.SHA256 = []string{"directory", "link", "other"}[r.IntN(3)], ""
		}
		f.Files[name] = file
	}
	f.Processes["nginx"], f.Processes["web"] = r.IntN(3), r.IntN(7)
	f.Ports[80] = []string{"", "nginx", "apache", "?", "a,nginx"}[r.IntN(5)]
	if r.IntN(5) == 0 {
		f.Ports, f.Processes = nil, nil
	}
	return f
}
