package consistency

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kind is what an item is.
type Kind string

// The kinds of items.
const (
	KindPackage Kind = "package"
	KindFile    Kind = "file"
	KindProcess Kind = "process"
	KindPort    Kind = "port"
)

// Key names an item of a module.
type Key struct {
	Kind Kind
	Name string // of the package or process, path of the file, number of the port
}

// String writes it as "package:nginx".
func (k Key) String() string { return string(k.Kind) + ":" + k.Name }

// ParseKey reads what String has written.
func ParseKey(text string) (Key, error) {
	kind, name, ok := strings.Cut(text, ":")
	k := Key{Kind(kind), name}
	switch k.Kind {
	case KindPackage, KindFile, KindProcess, KindPort:
		if ok && name != "" {
			return k, nil
		}
	}
	return Key{}, fmt.Errorf("%w: want an item as package:nginx, file:/etc/hosts, process:nginx or port:80, got %q", ErrBadOrder, text)
}

// State is how an item stands.
type State string

// The states of an item.
const (
	OK        State = "ok"
	Missing   State = "missing"   // it is not there
	Different State = "different" // it is not as declared
	Extra     State = "extra"     // it is there and shall not be
	Unknown   State = "unknown"   // Reason says why
	Ignored   State = "ignored"   // it is one of the above but ok, and somebody has said that this is all right
)

// Bad tells whether something is to be done about an item.
func (s State) Bad() bool { return s == Missing || s == Different || s == Extra }

// Want is one item as it is declared; of the fields of kinds one is set.
type Want struct {
	Key
	Package *Package `json:"package,omitempty"`
	File    *File    `json:"file,omitempty"`
	Process *Process `json:"process,omitempty"`
	Port    *Port    `json:"port,omitempty"`
	Adopted bool     `json:"-"` // over what the file says
}

// wants are the items that a declaration's file has, in its order.
func (d *Declaration) wants() []Want {
	all := make([]Want, 0, len(d.Packages)+len(d.Files)+len(d.Processes)+len(d.Ports))
	for i := range d.Packages {
		p := &d.Packages[i]
		all = append(all, Want{Key: Key{KindPackage, p.Name}, Package: p})
	}
	for i := range d.Files {
		f := &d.Files[i]
		all = append(all, Want{Key: Key{KindFile, f.Path}, File: f})
	}
	for i := range d.Processes {
		p := &d.Processes[i]
		all = append(all, Want{Key: Key{KindProcess, p.Name}, Process: p})
	}
	for i := range d.Ports {
		p := &d.Ports[i]
		all = append(all, Want{Key: Key{KindPort, strconv.Itoa(p.Port)}, Port: p})
	}
	return all
}

// body is what is declared of an item, in its own words.
func (w Want) body() any {
	switch {
	case w.Package != nil:
		return w.Package
	case w.File != nil:
		return w.File
	case w.Process != nil:
		return w.Process
	case w.Port != nil:
		return w.Port
	}
	return nil
}

// sign is the same for what is declared to the same effect.
func (w Want) sign() string {
	body, more := w.body(), ""
	if f := w.File; f != nil {
		plain := *f
		if more = f.sum; f.Source != "" {
			plain.Source, plain.SHA256, more = "", f.sum, ""
		}
		body = &plain
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic("BUG: " + err.Error()) // it was read from YAML
	}
	return string(text) + more
}

// Item is how one item stands on a node.
type Item struct {
	Item     string    `json:"item"` // as "package:nginx"
	Kind     Kind      `json:"kind"`
	Name     string    `json:"name"`
	State    State     `json:"state"`
	Declared string    `json:"declared,omitempty"` // in words; empty: it is not
	Found    string    `json:"found,omitempty"`    // likewise
	Reason   string    `json:"reason,omitempty"`   // what differs, or why it is unknown
	Since    time.Time `json:"since,omitzero"`     // that it is not as declared
	Cause    *Cause    `json:"cause,omitempty"`    // what made it so
	Adopted  bool      `json:"adopted,omitempty"`  // what is declared was adopted, over what the file says
	Ignored  *Ignore   `json:"ignored,omitempty"`
	Was      State     `json:"was,omitempty"` // of one that is ignored
}

func (i *Item) key() Key { return Key{i.Kind, i.Name} }
