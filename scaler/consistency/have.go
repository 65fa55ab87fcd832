package consistency

import (
	"maps"
	"slices"
	"strings"

	"headroom/scaler/node/wire"
)

// Have is what a node has of what it looks for. Files that are alike on many nodes are
// kept once.
type Have struct {
	Declared  string // the version of what it looked for
	Sum       string
	Packages  map[string]string
	Files     map[string]*wire.FoundFile
	Processes map[string]int
	Ports     map[int]string
	Machine   *wire.Environment // nil: it is not known
}

// maxHave bounds what is kept of a node, far above what may be declared for it.
const maxHave = 40_000

// pantry keeps once what many nodes have alike. When it is full it begins anew, which
// costs memory alone.
type pantry struct {
	texts map[string]string
	files map[wire.FoundFile]*wire.FoundFile
}

const maxPantry = 1_000_000

func (p *pantry) text(s string) string {
	if known, ok := p.texts[s]; ok {
		return known
	}
	if p.texts == nil || len(p.texts) >= maxPantry {
		p.texts = map[string]string{}
	}
	s = strings.Clone(s)
	p.texts[s] = s
	return s
}

func (p *pantry) file(f wire.FoundFile) *wire.FoundFile {
	if known := p.files[f]; known != nil {
		return known
	}
	if p.files == nil || len(p.files) >= maxPantry {
		p.files = map[wire.FoundFile]*wire.FoundFile{}
	}
	p.files[f] = &f
	return &f
}

// with is what a node has after it has told something: all of it, or a change of h.
func (h *Have) with(f *wire.Found, d *wire.Declared, p *pantry) *Have {
	if f.Base == "" || h == nil {
		h = &Have{}
	}
	next := &Have{
		Declared: f.Declared, Sum: f.Sum, Packages: cloned(h.Packages), Files: cloned(h.Files),
		Processes: cloned(h.Processes), Ports: cloned(h.Ports), Machine: h.Machine,
	}
	if f.Environment != nil {
		next.Machine = f.Environment
	}
	if len(h.Files)+len(h.Packages)+len(f.Packages)+len(f.Files)+len(f.Processes)+len(f.Ports) > maxHave {
		return next
	}
	for name, version := range f.Packages {
		next.Packages[p.text(name)] = p.text(version)
	}
	for name, file := range f.Files {
		if i, there := slices.BinarySearch(d.Files, name); there {
			name = d.Files[i] // in the declaration's memory
		}
		next.Files[name] = p.file(file)
	}
	maps.Copy(next.Processes, f.Processes)
	maps.Copy(next.Ports, f.Ports)
	return next
}

func cloned[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}
