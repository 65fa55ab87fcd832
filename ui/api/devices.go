package api

import (
	"cmp"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/storage/fleet"
)

// Devices knows the devices that report. *[rollup.Rollup] does.
type Devices interface {
	// DevicesUnder calls f with each device of the modules at a path or below it, as of
	// the newest closed minute.
	DevicesUnder(path fleet.Path, f func(rollup.Device))
}

// deviceData is a device as one module knows it.
type deviceData struct {
	Name   string            `json:"name"`
	Module string            `json:"module"`
	Load   analytics.Number  `json:"load"` // percent; of a silent one the last that it told
	Last   time.Time         `json:"last"`
	Age    float64           `json:"age_seconds"`
	Silent bool              `json:"silent"` // its load does not count any more
	At     map[string]string `json:"at"`     // where it stands, by label
}

type deviceList struct {
	Devices []deviceData `json:"devices"`
	More    bool         `json:"more"`
}

// devices answers the devices that report to a node of the tree: the silent ones first,
// then those with the highest load.
func (s *Server) devices(c *gin.Context) (any, error) {
	t, i, err := s.find(c)
	if err != nil {
		return nil, err
	}
	p := &params{Values: c.Request.URL.Query()}
	limit := p.limit()
	if p.err != nil {
		return nil, p.err
	}
	found, now := []rollup.Device{}, s.Now()
	if s.Devices != nil {
		s.Devices.DevicesUnder(t.snap.Rows[i].Path, func(d rollup.Device) { found = append(found, d) })
	}
	slices.SortFunc(found, func(a, b rollup.Device) int {
		return cmp.Or(-compareFlags(a.Silent, b.Silent), cmp.Compare(b.Load, a.Load), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Module.ID, b.Module.ID))
	})
	list, more := page(found, limit, func(d rollup.Device) deviceData {
		data := deviceData{
			Name: d.Name, Module: d.Module.ID, Load: analytics.Number(d.Load), Last: d.Last.In(s.Location), Silent: d.Silent,
			Age: max(0, now.Sub(d.Last).Seconds()), At: make(map[string]string, len(d.At)),
		}
		for _, at := range d.At {
			data.At[at.Label] = at.Value
		}
		return data
	})
	return deviceList{list, more}, nil
}

// compareFlags puts false before true.
func compareFlags(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
