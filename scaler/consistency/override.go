package consistency

import (
	"slices"
	"time"

	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Override is what was adopted over what a declaration's file says of an item.
type Override struct {
	Want
	Removed bool      `json:"removed,omitempty"` // the item is declared no more
	Base    string    `json:"base"`              // names what the file said then; empty: nothing
	Said    string    `json:"said,omitempty"`    // that, as YAML
	Node    string    `json:"node"`              // where it was found
	Who     string    `json:"who"`
	Why     string    `json:"why"`
	At      time.Time `json:"at"`
}

// settle joins what the file says with what was adopted. An override stays in force when
// the file says something else than it did: that is a conflict, and shown. One that the
// file has taken over is none any more.
func (m *module) settle() {
	m.wants, m.conflicts, m.merged = nil, map[Key]string{}, nil
	if m.decl == nil {
		return
	}
	inFile := map[Key]bool{}
	for _, w := range m.decl.wants() {
		inFile[w.Key] = true
		o, adopted := m.overrides[w.Key]
		switch {
		case !adopted:
			m.wants = append(m.wants, w)
			continue
		case !o.Removed && o.sign() == w.sign():
			m.merged = append(m.merged, w.Key)
			m.wants = append(m.wants, w)
			continue
		case o.Base != w.sign():
			m.conflicts[w.Key] = yamlOf(w)
		}
		if !o.Removed {
			m.wants = append(m.wants, o.want())
		}
	}
	var more []Want
	for key, o := range m.overrides {
		switch {
		case inFile[key]:
		case o.Removed:
			m.merged = append(m.merged, key)
		default:
			if o.Base != "" {
				m.conflicts[key] = ""
			}
			more = append(more, o.want())
		}
	}
	slices.SortFunc(more, func(a, b Want) int { return strings.Compare(a.Key.String(), b.Key.String()) })
	m.wants = append(m.wants, more...)
	m.looks = m.looksFor()
}

func (o Override) want() Want {
	w := o.Want
	w.Adopted = true
	return w
}

// looksFor names what nodes look for because of a module.
func (m *module) looksFor() string {
	all := slices.Clone(m.decl.PackagesExtra)
	for _, w := range m.wants {
		all = append(all, w.Key.String())
	}
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	return hex.EncodeToString(sum[:8])
}
