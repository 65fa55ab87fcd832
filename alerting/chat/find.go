package chat

import (
	"errors"
	"slices"
	"strings"

	"headroom/analytics"
	"headroom/storage/fleet"
)

var errNoTable = errors.New("no minute was judged yet; try again in a minute")

// snapshot is the newest table.
func (s *Service) snapshot() (*analytics.Snapshot, error) {
	if snap := s.Capacity.Snapshot(); snap != nil {
		return snap, nil
	}
	return nil, errNoTable
}

// find returns the row of a node that a person named, by its id or, if only one of
// theirs has it, by its last name, both in any case.
func (s *Service) find(p person, snap *analytics.Snapshot, name string) (*analytics.Row, error) {
	if i := snap.Find(strings.Trim(name, "/")); i >= 0 {
		row := &snap.Rows[i]
		if !p.may(row.Path) {
			return nil, refuse("%s may ask about %s only", p.name, p.where())
		}
		return row, nil
	}
	var exact, like []string
	var found *analytics.Row
	for i := range snap.Rows {
		row := &snap.Rows[i]
		if !p.may(row.Path) {
			continue
		}
		switch {
		case isNamed(row, name):
			exact, found = append(exact, row.ID), row
		case containsFold(row.ID, name):
			like = append(like, row.ID)
		}
	}
	switch {
	case len(exact) == 1:
		return found, nil
	case len(exact) > 1:
		return nil, refuse("%q is the name of %d: %s. Which one?", name, len(exact), some(exact))
	case len(like) > 0:
		return nil, refuse("there is no %q. Is it one of %s?", name, some(like))
	}
	return nil, refuse("there is no %q", name)
}

// maxWords is how many words a name may have.
const maxWords = 8

// about finds what words begin with: names may have blanks, so that the longest one
// counts that there is. It returns the words after it.
func (s *Service) about(p person, snap *analytics.Snapshot, words []string) (*analytics.Row, []string, error) {
	for n := min(len(words), maxWords); n > 1; n-- {
		if name := strings.Join(words[:n], " "); isName(p, snap, name) {
			row, err := s.find(p, snap, name)
			return row, words[n:], err
		}
	}
	row, err := s.find(p, snap, words[0])
	return row, words[1:], err
}

// isName tells whether a node has a name, or several have.
func isName(p person, snap *analytics.Snapshot, name string) bool {
	if snap.Find(strings.Trim(name, "/")) >= 0 {
		return true
	}
	for i := range snap.Rows {
		if row := &snap.Rows[i]; isNamed(row, name) && p.may(row.Path) {
			return true
		}
	}
	return false
}

// isNamed tells whether a name is a node's id or its last name, in any case.
func isNamed(row *analytics.Row, name string) bool {
	last := len(row.Path) - 1
	return last >= 0 && (strings.EqualFold(row.Path[last], name) || strings.EqualFold(row.ID, name))
}

// path reads the node that a list is asked for; no words mean all that is theirs.
func (s *Service) path(p person, snap *analytics.Snapshot, words []string) (fleet.Path, error) {
	if len(words) == 0 {
		return nil, nil
	}
	row, _, err := s.about(p, snap, words)
	if err != nil {
		return nil, err
	}
	return row.Path, nil
}

func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}

// some lists the first few of many.
func some(ids []string) string {
	const most = 5
	ids = slices.Sorted(slices.Values(ids))
	if len(ids) > most {
		return strings.Join(ids[:most], ", ") + ", …"
	}
	return strings.Join(ids, ", ")
}
