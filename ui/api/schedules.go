package api

import (
	"fmt"
	"strings"

	"github.com/gin-gonic/gin"

	"headroom/scaler/flow"
)

// schedulesData are what starts flows again and again, and when changes may begin.
type schedulesData struct {
	Schedules []flow.Schedule `json:"schedules"`
	Windows   []windowData    `json:"windows"`
}

type windowData struct {
	Name     string  `json:"name"`
	Cron     string  `json:"cron"`
	Zone     string  `json:"zone"`
	Duration float64 `json:"duration_seconds"`
	Path     string  `json:"path"`
}

func (s *Server) schedules(c *gin.Context) (any, error) {
	all, err := s.Flows.Schedules(c.Request.Context())
	if err != nil {
		return nil, err
	}
	d := schedulesData{Schedules: orEmpty(all), Windows: []windowData{}}
	for _, w := range s.Flows.Windows() {
		d.Windows = append(d.Windows, windowData{w.Name, w.Cron, w.Zone, w.Duration.Seconds(), w.Path})
	}
	return d, nil
}

// putSchedule makes a schedule, or changes the one whose id is given.
func (s *Server) putSchedule(c *gin.Context) (any, error) {
	var one flow.Schedule
	if err := readJSON(c, &one); err != nil {
		return nil, err
	}
	if err := ofConfiguration(one.ID); err != nil {
		return nil, err
	}
	one.Who = s.actor(c, one.Who)
	return s.Flows.PutSchedule(c.Request.Context(), one)
}

func (s *Server) deleteSchedule(c *gin.Context) (any, error) {
	id := c.Param("schedule")
	if err := ofConfiguration(id); err != nil {
		return nil, err
	}
	return gone{id}, s.Flows.DeleteSchedule(c.Request.Context(), id)
}

// ofConfiguration tells why a schedule is not changed here: a reload would take the change
// back.
func ofConfiguration(id string) error {
	name, ok := strings.CutPrefix(id, flow.Configured)
	if !ok {
		return nil
	}
	return fmt.Errorf("%w: schedule %s is the configuration's: change flows.schedules there, and reload", flow.ErrConflict, name)
}
