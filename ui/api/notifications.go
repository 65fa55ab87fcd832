package api

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/storage/state"
)

// Notifications are the records of what was told to whom.
type Notifications interface {
	// Find returns the notifications of a query, the newest first.
	Find(ctx context.Context, q state.NotificationQuery) ([]*state.Notification, error)
}

// notificationData is an attempt to tell somebody.
type notificationData struct {
	ID          int64     `json:"id"`
	At          time.Time `json:"at"`
	Receiver    string    `json:"receiver"`
	Integration string    `json:"integration"`
	Group       string    `json:"group"` // labels that the alarms share
	What        string    `json:"what"`
	Why         string    `json:"why"`
	Error       string    `json:"error"`
	TookSeconds float64   `json:"took_seconds"`
	Firing      []string  `json:"firing"` // ids of alarms of which it is news that they fire, or all of them for a repeat
	Ended       []string  `json:"ended"`
	AllFiring   int       `json:"all_firing"` // alarms in the message
	AllEnded    int       `json:"all_ended"`
}

func (s *Server) notificationData(n *state.Notification) notificationData {
	return notificationData{
		ID: n.ID, At: n.At.In(s.Location), Receiver: n.Receiver, Integration: n.Integration, Group: n.Labels, What: n.What, Why: n.Why,
		Error: n.Error, TookSeconds: n.Took.Seconds(), Firing: orEmpty(n.Firing), Ended: orEmpty(n.Ended), AllFiring: n.AllFiring, AllEnded: n.AllEnded,
	}
}

// notificationList is a page of notifications, the newest first.
type notificationList struct {
	Notifications []notificationData `json:"notifications"`
	More          bool               `json:"more"` // there are older ones
}

func (s *Server) notifications(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	q := state.NotificationQuery{
		From: p.time("from"), To: p.time("to"), Receiver: p.text("receiver"), Alarm: p.text("alarm"),
		What: p.oneOf("what", "", state.Delivered, state.Failed, state.Withheld),
	}
	limit := p.limit()
	if p.err != nil {
		return nil, p.err
	}
	q.Limit = limit + 1
	found, err := s.Notifications.Find(c.Request.Context(), q)
	if err != nil {
		return nil, err
	}
	list, more := page(found, limit, s.notificationData)
	return notificationList{list, more}, nil
}
