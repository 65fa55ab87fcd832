package api

import (
	"strings"

	"headroom/analytics"
)

// mostNear is how many nodes an error names.
const mostNear = 3

// noNode says that the tree has no node with an id, and which it has.
func noNode(snap *analytics.Snapshot, id string) error {
	return errorf("%w%s", analytics.ErrNoNode, butThereAre(snap, id))
}

// butThereAre is the end of a sentence about a node that the tree does not have: some
// that may be meant, so that who only tries an example learns what can stand in its
// place. Empty if there is no tree yet.
func butThereAre(snap *analytics.Snapshot, id string) string {
	if near := nearNodes(snap, id); len(near) > 0 {
		return "; there are, for example, " + strings.Join(near, ", ")
	}
	return ""
}

// nearNodes are those whose id has the last word of one that the tree does not have; if
// there are none, those right below the nearest node above it that the tree has.
func nearNodes(snap *analytics.Snapshot, id string) []string {
	if snap == nil {
		return nil
	}
	word := strings.ToLower(id[strings.LastIndex(id, "/")+1:])
	if like := someNodes(snap, func(id string) bool { return strings.Contains(strings.ToLower(id), word) }); word != "" && len(like) > 0 {
		return like
	}
	above := parentOf(id)
	for above != "" && snap.Find(above) < 0 {
		above = parentOf(above)
	}
	return someNodes(snap, func(id string) bool { return parentOf(id) == above })
}

// someNodes are the first nodes of the table that match.
func someNodes(snap *analytics.Snapshot, match func(id string) bool) (ids []string) {
	for i := range snap.Rows {
		if len(ids) < mostNear && match(snap.Rows[i].ID) {
			ids = append(ids, snap.Rows[i].ID)
		}
	}
	return ids
}

// parentOf is the id of the node above, empty at the top.
func parentOf(id string) string { return id[:max(strings.LastIndex(id, "/"), 0)] }
