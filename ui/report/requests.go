package report

import (
	"time"

	"headroom/analytics"
	"headroom/scaler/request"
	"headroom/storage/fleet"
)

// RequestLine is what somebody has asked for in the month, as it stood when the report
// was made.
type RequestLine struct {
	ID       string        `json:"id"`
	Kind     request.Kind  `json:"kind"`
	State    request.State `json:"state"`
	Path     string        `json:"path"`
	Title    string        `json:"title"`
	Who      string        `json:"who"`
	Devices  int           `json:"devices,omitempty"` // that machines were asked for
	Opened   time.Time     `json:"opened"`
	Approved time.Time     `json:"approved,omitzero"`
	Closed   time.Time     `json:"closed,omitzero"`
}

// List adds the requests of the month, in the order of the list.
func (r *Report) List(all []request.Request) {
	for i := range all {
		a := &all[i]
		l := RequestLine{
			ID: a.ID, Kind: a.Kind, State: a.State, Path: a.Path, Title: a.Title, Who: a.Who,
			Opened: a.Opened, Approved: a.ApprovedAt, Closed: a.Closed,
		}
		if a.Machines != nil {
			l.Devices = a.Machines.Devices
		}
		r.Requests = append(r.Requests, l)
	}
}

// onlyAsked are the modules of which the report has nothing but requests.
func (r *Report) onlyAsked() (out []LeftOut) {
	here := map[string]bool{}
	for i := range r.Lines {
		here[r.Lines[i].ID] = true
	}
	for _, l := range append(r.gone(), r.Left...) {
		here[l.ID] = true
	}
	for _, l := range r.Requests {
		path, err := fleet.ParseID(l.Path)
		if err == nil && len(path) == len(r.Levels) && !here[l.Path] {
			here[l.Path] = true
			out = append(out, LeftOut{ID: l.Path, Devices: analytics.Unknown(), Reason: "only asked for"})
		}
	}
	return out
}
