package consistency

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"headroom/scaler/node/wire"
)

// Place is a node as templates and declarations know it.
type Place struct {
	Node   string
	Labels map[string]string
}

// Compare says how each item stands that a module wants, and which packages are there
// that match one of the patterns and are not declared. An item that the node has not
// looked for yet is unknown.
func Compare(module string, wants []Want, extra []string, at Place, h *Have) []Item {
	all := make([]Item, 0, len(wants))
	declared := map[string]bool{}
	for _, w := range wants {
		i := Item{Item: w.Key.String(), Kind: w.Kind, Name: w.Name, Adopted: w.Adopted, State: OK}
		switch w.Kind {
		case KindPackage:
			declared[w.Name] = true
			comparePackage(&i, w.Package, h)
		case KindFile:
			compareFile(&i, w.File, module, at, h)
		case KindProcess:
			compareProcess(&i, w.Process, h)
		case KindPort:
			comparePort(&i, w.Port, h)
		}
		all = append(all, i)
	}
	return append(all, extras(extra, declared, h)...)
}

const notLooked = "the node has not looked for it yet"

func (i *Item) is(s State, reason string) { i.State, i.Reason = s, reason }

func comparePackage(i *Item, p *Package, h *Have) {
	i.Declared = p.Version
	have, looked := h.Packages[p.Name]
	version, half, _ := strings.Cut(have, " ") // the state of one that is half installed
	least, bounded := strings.CutPrefix(p.Version, atLeast+" ")
	if i.Found = have; have == "" && looked {
		i.Found = "not installed"
	}
	switch {
	case !looked:
		i.is(Unknown, notLooked)
	case p.Version == Absent && have != "":
		i.is(Extra, "it shall not be installed")
	case p.Version == Absent:
	case have == "":
		i.is(Missing, "it is not installed")
	case half != "":
		i.is(Different, "its installation has not come to its end: "+strings.Trim(half, "()"))
	case p.Version == AnyVersion:
	case bounded && compareVersions(version, least) < 0:
		i.is(Different, fmt.Sprintf("version %s instead of %s or later", version, least))
	case !bounded && version != p.Version:
		i.is(Different, fmt.Sprintf("version %s instead of %s", version, p.Version))
	}
}

// extras are the installed packages that match a pattern and that nobody has declared.
func extras(patterns []string, declared map[string]bool, h *Have) (all []Item) {
	for name, version := range h.Packages {
		if version == "" || declared[name] {
			continue
		}
		for _, p := range patterns {
			if ok, err := path.Match(p, name); err == nil && ok {
				k := Key{KindPackage, name}
				all = append(all, Item{
					Item: k.String(), Kind: k.Kind, Name: name, State: Extra, Found: version,
					Reason: "it is installed and not declared (packages_extra: " + p + ")",
				})
				break
			}
		}
	}
	slices.SortFunc(all, func(a, b Item) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func compareFile(i *Item, want *File, module string, at Place, h *Have) {
	sum, err := want.checksum(module, at)
	i.Declared = fileWords(want.Absent, "", want.Owner, want.Group, want.Mode, sum, "")
	f, looked := h.Files[want.Path]
	if looked && f.Error == "" {
		i.Found = fileWords(f.Missing, f.Kind, f.Owner, f.Group, f.Mode, f.SHA256, f.Target)
	}
	switch {
	case err != nil:
		i.is(Unknown, "its content cannot be made of the template: "+err.Error())
	case !looked:
		i.is(Unknown, notLooked)
	case f.Error != "":
		i.is(Unknown, "the node cannot look at it: "+f.Error)
	case want.Absent && !f.Missing:
		i.is(Extra, "it shall not be there")
	case want.Absent:
	case f.Missing:
		i.is(Missing, "it is not there")
	case sum != "" && f.Kind != "":
		i.is(Different, "it is "+article(f.Kind)+" instead of a file")
	default:
		i.differences(want, sum, f)
	}
}

// differences compares a file that is there and shall be.
func (i *Item) differences(want *File, sum string, f *wire.FoundFile) {
	var all []string
	for _, c := range []struct{ what, want, found string }{
		{"owner", want.Owner, f.Owner}, {"group", want.Group, f.Group}, {"mode", want.Mode, f.Mode},
	} {
		if c.want != "" && c.want != c.found {
			all = append(all, fmt.Sprintf("%s %s instead of %s", c.what, c.found, c.want))
		}
	}
	if sum != "" && f.SHA256 != "" && f.SHA256 != sum {
		all = append(all, "its content is another one")
	}
	switch {
	case len(all) > 0:
		i.is(Different, strings.Join(all, ", "))
	case sum != "" && f.SHA256 == "":
		i.is(Unknown, "the node has not read its content yet")
	}
}

func article(kind string) string {
	if kind == "other" {
		return "something else"
	}
	return "a " + kind
}

// fileWords says what is known of a file, short enough for a table.
func fileWords(missing bool, kind, owner, group, mode, sum, target string) string {
	if missing {
		return Absent
	}
	var words []string
	if kind != "" {
		words = append(words, kind)
	}
	if owner != "" || group != "" {
		words = append(words, strings.TrimSuffix(owner+":"+group, ":"))
	}
	if mode != "" {
		words = append(words, mode)
	}
	if sum != "" {
		words = append(words, "sha256 "+sum[:min(12, len(sum))])
	}
	if target != "" {
		words = append(words, "to "+target)
	}
	if len(words) == 0 {
		return "present"
	}
	return strings.Join(words, " ")
}

// checksum is that of the content that a file shall have on a node; empty: any.
func (f *File) checksum(module string, at Place) (string, error) {
	switch {
	case f.form != nil:
		text, err := f.text(module, at)
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:]), nil
	case f.Source != "":
		return f.sum, nil
	}
	return f.SHA256, nil
}

// text is what the template makes for a node. It knows .Node, .Module, .Labels and
// .Values.
func (f *File) text(module string, at Place) (string, error) {
	var b bytes.Buffer
	err := f.form.Execute(&b, map[string]any{"Node": at.Node, "Module": module, "Labels": at.Labels, "Values": f.Values})
	return b.String(), err
}

func compareProcess(i *Item, p *Process, h *Have) {
	i.Declared = strconv.Itoa(p.Min) + " or more"
	if p.Max > 0 {
		i.Declared = fmt.Sprintf("%d to %d", p.Min, p.Max)
	}
	n, looked := h.Processes[p.Name]
	if looked {
		i.Found = strconv.Itoa(n)
	}
	switch {
	case !looked:
		i.is(Unknown, notLooked)
	case n == 0 && p.Min > 0:
		i.is(Missing, "it does not run")
	case n < p.Min:
		i.is(Different, fmt.Sprintf("%d run instead of %d or more", n, p.Min))
	case p.Max > 0 && n > p.Max:
		i.is(Different, fmt.Sprintf("%d run instead of at most %d", n, p.Max))
	}
}

func comparePort(i *Item, p *Port, h *Have) {
	if i.Declared = p.Process; p.Process == "" {
		i.Declared = "any process"
	}
	name, looked := h.Ports[p.Port]
	i.Found = name
	switch {
	case !looked:
		i.is(Unknown, notLooked)
	case name == "":
		i.is(Missing, "nobody listens there")
	case p.Process == "" || slices.Contains(strings.Split(name, ","), p.Process):
	case name == "?":
		i.is(Unknown, "the node does not know who listens there")
	default:
		i.is(Different, fmt.Sprintf("%s listens there instead of %s", name, p.Process))
	}
}
