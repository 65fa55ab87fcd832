package mute

import (
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"headroom/internal/calendar"
)

// Mute hides the alarms that it matches at its times.
type Mute struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Matchers   []string         `json:"matchers"` // all must match
	Times      []calendar.Times `json:"times"`    // any of them; empty: always
	Timezone   string           `json:"timezone"` // of Times
	From       time.Time        `json:"from"`     // zero: since ever
	To         time.Time        `json:"to"`       // zero: for ever
	Comment    string           `json:"comment"`  // why
	Who        string           `json:"who"`
	Configured bool             `json:"configured"` // in the configuration, and changed only there
	Made       time.Time        `json:"made_at,omitzero"`
	Ended      time.Time        `json:"ended_at,omitzero"` // when it was taken away
	EndedBy    string           `json:"ended_by,omitempty"`
}

// ready is a mute that can be asked.
type ready struct {
	Mute
	matchers labels.Matchers
	calendar *calendar.Calendar

	active  bool
	change  time.Time // when active may be another one; zero: never
	endless bool      // at change it is only looked at again
}

// foresight is how far ahead the next change of a mute is looked for.
const foresight = 400 * 24 * time.Hour

// update says whether the mute hides now, and until when that stands.
func (r *ready) update(now time.Time) {
	r.endless = false
	switch {
	case !r.Ended.IsZero(), !r.To.IsZero() && !now.Before(r.To):
		r.active, r.change = false, time.Time{}
	case now.Before(r.From):
		r.active, r.change = false, r.From
	default:
		limit := now.Add(foresight)
		if !r.To.IsZero() && r.To.Before(limit) {
			limit = r.To
		}
		r.active, r.change = r.calendar.Contains(now), r.calendar.Change(now, limit)
		r.endless = r.change.Equal(limit) && !limit.Equal(r.To)
	}
}

// until is when what the mute does now ends; zero: not to be foreseen.
func (r *ready) until() time.Time {
	if r.endless {
		return time.Time{}
	}
	return r.change
}

// title is how people call it.
func (r *ready) title() string {
	title := r.Name
	if title == "" {
		title = r.ID
	}
	if r.Comment != "" {
		title += " (" + r.Comment + ")"
	}
	if r.Who != "" {
		title += " by " + r.Who
	}
	return title
}
