package api

import (
	"time"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
)

type statusData struct {
	Version  string               `json:"version"`
	Model    string               `json:"model"`
	Timezone string               `json:"timezone"`
	Levels   []string             `json:"levels"`
	Examples Examples             `json:"examples"`
	At       *time.Time           `json:"at"` // null before the first snapshot, like Published
	Publish  *time.Time           `json:"published"`
	Modules  int                  `json:"modules"`
	Mode     string               `json:"mode"`
	Progress []analytics.Progress `json:"progress"`
}

// Examples are series of signals as somebody might send them, as text without a value;
// empty for a signal that is asked for.
type Examples struct {
	Load string `json:"load"`
	Busy string `json:"busy"`
}

// status tells what kind of server this is and how far it has come.
func (s *Server) status(*gin.Context) (any, error) {
	d := statusData{
		Version: s.Version, Mode: s.Mode, Timezone: s.Location.String(),
		Levels: []string{}, Examples: s.Examples, Progress: s.progress(),
	}
	if snap := s.Capacity.Snapshot(); snap != nil {
		d.Model, d.Levels = snap.Model, snap.Levels
		d.At, d.Publish = &snap.At, &snap.Published
		d.Modules = countModules(snap)
	}
	return d, nil
}

func countModules(snap *analytics.Snapshot) (n int) {
	for i := range snap.Rows {
		if len(snap.Rows[i].Path) == len(snap.Levels) {
			n++
		}
	}
	return n
}

// progress returns a list even if nothing is under way, so that JSON has no
// null.
func (s *Server) progress() []analytics.Progress {
	return append([]analytics.Progress{}, s.Capacity.Progress()...)
}
