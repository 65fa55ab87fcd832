package fold

import (
	"cmp"
	"slices"
	"time"
)

// telling is what there is to tell of the members of a cause, kept up to date as
// they come and go.
type telling struct {
	listed   []string        // ids of members, also of those that have ended
	places   map[uint64]int  // where members ring, with the number of alarms there
	onDevice int             // members that ring on a device
	most     peak            // when most of them rang at a time
	severity string          // the worst of all members that there were
	owners   map[string]bool // of all members that there were; "" is of those without
	began    time.Time       // the first of them

	written        time.Time // when the alarm was last brought up to date
	writtenMembers int       // how many there were then
	changed        bool      // since then
}

// peak is how many members of a cause rang when most did.
type peak struct {
	alarms, places int
	devices        bool // most on devices
}

// maxListed is how many members the alarm of a cause lists. Those beyond are told
// by their number, and name the cause themselves.
const maxListed = 5000

func (t *telling) joined(it *item, listed bool) {
	t.changed = true
	if !listed && len(t.listed) < maxListed {
		t.listed = append(t.listed, it.a.ID)
	}
	t.places[it.place]++
	if it.kind.devices {
		t.onDevice++
	}
	t.severity = worse(t.severity, it.a.Severity())
	t.owners[it.a.Facts.Owner] = true
	if t.began.IsZero() || it.a.StartsAt.Before(t.began) {
		t.began = it.a.StartsAt
	}
}

func (t *telling) left(it *item) {
	t.changed = true
	if t.places[it.place]--; t.places[it.place] == 0 {
		delete(t.places, it.place)
	}
	if it.kind.devices {
		t.onDevice--
	}
}

func (c *cause) mostlyDevices() bool {
	if c.over {
		return c.most.devices
	}
	return 2*c.onDevice > len(c.members)
}

// severities in common use, the worst first.
var severities = []string{"page", "critical", "error", "high", "major", "warning", "minor", "low", "info", "none"}

// worse is the worse one of two severities. One that is not in common use is less
// than those that are, and more than none.
func worse(a, b string) string {
	rank := func(severity string) int {
		if i := slices.Index(severities, severity); i >= 0 {
			return i
		}
		return len(severities)
	}
	switch {
	case a == b, b == "":
		return a
	case a == "":
		return b
	case cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) <= 0:
		return a
	}
	return b
}
