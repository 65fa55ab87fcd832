package api

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/alerting/mute"
	"headroom/internal/calendar"
)

// Mutes hide alarms at times that somebody has set.
type Mutes interface {
	// List returns the mutes in force or to come, with all those that are over, too.
	List(now time.Time, all bool) []mute.Listed
	// Add makes a mute. A faults.List is the asker's fault, and so is [mute.ErrTooMany].
	Add(ctx context.Context, now time.Time, r mute.Request) (mute.Mute, error)
	// End takes a mute away; [mute.ErrNoMute] or [mute.ErrConfigured] if it cannot.
	End(ctx context.Context, now time.Time, id, who string) error
	// Preview says what a mute would have hidden. A faults.List is the asker's fault.
	Preview(ctx context.Context, now time.Time, try mute.Try) (mute.Preview, error)
}

// muteData is a mute as it is answered.
type muteData struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Matchers   []string         `json:"matchers"`
	Times      []calendar.Times `json:"times"`
	Timezone   string           `json:"timezone"`
	From       *time.Time       `json:"from"`
	To         *time.Time       `json:"to"`
	Comment    string           `json:"comment"`
	Who        string           `json:"who"`
	Configured bool             `json:"configured"`
	MadeAt     *time.Time       `json:"made_at"`
	EndedAt    *time.Time       `json:"ended_at"`
	EndedBy    string           `json:"ended_by"`
	Active     bool             `json:"active"`
	Change     *time.Time       `json:"change"`
}

func (s *Server) muteData(l mute.Listed) muteData {
	return muteData{
		ID: l.ID, Name: l.Name, Matchers: l.Matchers, Times: orEmpty(l.Times), Timezone: l.Timezone, From: s.timeOrNull(l.From), To: s.timeOrNull(l.To),
		Comment: l.Comment, Who: l.Who, Configured: l.Configured, MadeAt: s.timeOrNull(l.Made), EndedAt: s.timeOrNull(l.Ended), EndedBy: l.EndedBy,
		Active: l.Active, Change: s.timeOrNull(l.Change),
	}
}

// mutes answers the mutes in force or to come, with "all" those that are over, too.
func (s *Server) mutes(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	all := p.flag("all")
	if p.err != nil {
		return nil, p.err
	}
	out := []muteData{}
	for _, m := range s.Mutes.List(time.Now(), all != nil && *all) {
		out = append(out, s.muteData(m))
	}
	return out, nil
}

// mute makes a mute.
func (s *Server) mute(c *gin.Context) (any, error) {
	var r mute.Request
	if err := readJSON(c, &r); err != nil {
		return nil, err
	}
	r.Who = s.actor(c, r.Who)
	made, err := s.Mutes.Add(c.Request.Context(), time.Now(), r)
	if err != nil {
		return nil, err
	}
	return s.muteOf(made.ID), nil
}

// muteOf answers a mute of which it is known that it is there.
func (s *Server) muteOf(id string) (d muteData) {
	for _, m := range s.Mutes.List(time.Now(), true) {
		if m.ID == id {
			d = s.muteData(m)
		}
	}
	return d
}

// unmute takes a mute away.
func (s *Server) unmute(c *gin.Context) (any, error) {
	id := c.Param("mute")
	if err := s.Mutes.End(c.Request.Context(), time.Now(), id, s.actor(c, "")); err != nil {
		return nil, err
	}
	return s.muteOf(id), nil
}

// previewMute says what a mute or a silence would have hidden in the past days.
func (s *Server) previewMute(c *gin.Context) (any, error) {
	var try mute.Try
	if err := readJSON(c, &try); err != nil {
		return nil, err
	}
	p, err := s.Mutes.Preview(c.Request.Context(), time.Now(), try)
	if err != nil {
		return nil, err
	}
	p.From, p.To = p.From.In(s.Location), p.To.In(s.Location)
	for i := range p.Next {
		p.Next[i].From, p.Next[i].To = p.Next[i].From.In(s.Location), p.Next[i].To.In(s.Location)
	}
	for i := range p.Examples {
		e := &p.Examples[i]
		e.Began, e.Ended, e.Until = e.Began.In(s.Location), e.Ended.In(s.Location), e.Until.In(s.Location)
	}
	return p, nil
}
