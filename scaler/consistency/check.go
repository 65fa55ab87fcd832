package consistency

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"headroom/internal/matchers"
	"headroom/internal/yamlfile"
	"headroom/storage/fleet"
)

// maxItems bounds what a module declares: node daemons look for all of it.
const maxItems = 10_000

// checker collects the faults below one key.
type checker struct {
	key    string
	dir    string // of sources and templates
	faults *yamlfile.Faults
}

func (k checker) item(name string, i int) checker {
	k.key = fmt.Sprintf("%s.%s[%d]", k.key, name, i)
	return k
}

func (k checker) fault(name, format string, args ...any) {
	*k.faults = append(*k.faults, yamlfile.Fault{Key: k.key + "." + name, Problem: fmt.Sprintf(format, args...)})
}

// fill checks a declaration, and reads what it names.
func (d *Declaration) fill(k checker, hierarchy []string) {
	if p, err := fleet.ParseID(d.Module); err != nil || len(p) != len(hierarchy) {
		k.fault("module", "want a module's id with a name for each of %q, found %q", hierarchy, d.Module)
	}
	for _, name := range d.Nodes {
		if _, err := path.Match(name, ""); err != nil || name == "" {
			k.fault("nodes", "want names or patterns of nodes, found %q", name)
		}
	}
	if len(d.Labels) > 0 {
		var err error
		if d.matchers, err = matchers.ParseAll(d.Labels); err != nil {
			k.fault("node_labels", `want matchers of labels as pool="web": %v`, err)
		}
	}
	if n := len(d.Packages) + len(d.PackagesExtra) + len(d.Files) + len(d.Processes) + len(d.Ports); n > maxItems {
		k.fault("module", "want at most %d items, found %d", maxItems, n)
	}
	seen := map[Key]bool{}
	own := func(k checker, name string, key Key) {
		if seen[key] {
			k.fault(name, "want each once, found %q a second time", key.Name)
		}
		seen[key] = true
	}
	for i := range d.Packages {
		d.Packages[i].fill(k.item("packages", i))
		own(k.item("packages", i), "name", Key{KindPackage, d.Packages[i].Name})
	}
	for _, p := range d.PackagesExtra {
		if _, err := path.Match(p, ""); err != nil || !strings.ContainsAny(p, "*?[") || strings.Trim(p, "*") == "" {
			k.fault("packages_extra", "want patterns of packages as app-*, found %q", p)
		}
	}
	for i := range d.Files {
		d.Files[i].fill(k.item("files", i))
		own(k.item("files", i), "path", Key{KindFile, d.Files[i].Path})
	}
	for i := range d.Processes {
		d.Processes[i].fill(k.item("processes", i))
		own(k.item("processes", i), "name", Key{KindProcess, d.Processes[i].Name})
	}
	for i := range d.Ports {
		d.Ports[i].fill(k.item("ports", i))
		own(k.item("ports", i), "port", Key{KindPort, strconv.Itoa(d.Ports[i].Port)})
	}
}

var packageName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9+._:-]*$`)

func (p *Package) fill(k checker) {
	if !packageName.MatchString(p.Name) {
		k.fault("name", "want a package's name, found %q", p.Name)
	}
	if p.Version == "" {
		p.Version = AnyVersion
	}
	least, bounded := strings.CutPrefix(p.Version, atLeast)
	if bounded {
		p.Version = atLeast + " " + strings.TrimSpace(least)
	}
	if least = strings.TrimSpace(least); least == "" || strings.ContainsAny(least, " <>=|") {
		k.fault("version", `want a version, ">= " and a version, %s or %s, found %q`, AnyVersion, Absent, p.Version)
	}
}

var (
	fileMode = regexp.MustCompile(`^[0-7]{3,4}$`)
	checksum = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func (f *File) fill(k checker) {
	if !path.IsAbs(f.Path) || path.Clean(f.Path) != f.Path || strings.ContainsRune(f.Path, 0) {
		k.fault("path", "want an absolute path, found %q", f.Path)
	}
	if f.Mode != "" && !fileMode.MatchString(f.Mode) {
		k.fault("mode", "want three or four octal digits as 0644, found %q", f.Mode)
	} else if len(f.Mode) == 3 {
		f.Mode = "0" + f.Mode
	}
	if f.SHA256 != "" && !checksum.MatchString(f.SHA256) {
		k.fault("sha256", "want 64 hexadecimal digits, found %q", f.SHA256)
	}
	said := 0
	for _, s := range []string{f.SHA256, f.Source, f.Template} {
		if s != "" {
			said++
		}
	}
	if said > 1 {
		k.fault("path", "want one of sha256, source and template, found %d", said)
	}
	if f.Absent && (said > 0 || f.Owner != "" || f.Group != "" || f.Mode != "") {
		k.fault("absent", "want nothing else of a file that shall not be there, found more")
	}
	if len(f.Values) > 0 && f.Template == "" {
		k.fault("values", "want a template that they are for, found none")
	}
	f.load(k)
}

// load reads what the content shall be.
func (f *File) load(k checker) {
	var err error
	if f.Source != "" {
		if !filepath.IsLocal(f.Source) {
			k.fault("source", "want a path below the files' directory, found %q", f.Source)
		} else if f.sum, err = sumOf(filepath.Join(k.dir, f.Source)); err != nil {
			k.fault("source", "want a file with the content: %v", err)
		}
	}
	if f.Template != "" {
		if !filepath.IsLocal(f.Template) {
			k.fault("template", "want a path below the files' directory, found %q", f.Template)
		} else if f.form, err = formOf(filepath.Join(k.dir, f.Template)); err != nil {
			k.fault("template", "want a template: %v", err)
		} else if f.sum, err = sumOf(filepath.Join(k.dir, f.Template)); err != nil {
			k.fault("template", "want a template: %v", err)
		}
	}
}

func (p *Process) fill(k checker) {
	if p.Name == "" || strings.ContainsAny(p.Name, "/ \x00") {
		k.fault("name", "want a program's name without its directory, found %q", p.Name)
	}
	if p.Min == 0 && p.Max == 0 {
		p.Min = 1
	}
	if p.Min < 0 || p.Max < 0 || p.Max > 0 && p.Max < p.Min {
		k.fault("min", "want 0 or more, and no more than max, found %d to %d", p.Min, p.Max)
	}
}

func (p *Port) fill(k checker) {
	if p.Port < 1 || p.Port > 65535 {
		k.fault("port", "want 1 to 65535, found %d", p.Port)
	}
}
