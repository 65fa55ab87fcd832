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
// theirs has it, by its last name in any case.
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
		if len(row.Path) == 0 || !p.may(row.Path) {
			continue
		}
		last := row.Path[len(row.Path)-1]
		switch {
		case strings.EqualFold(last, name):
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

// path reads the node that a list is asked for; no name means all that is theirs.
func (s *Service) path(p person, snap *analytics.Snapshot, name string) (fleet.Path, error) {
	if name == "" {
		return nil, nil
	}
	row, err := s.find(p, snap, name)
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
