package api

import (
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/scaler/pool"
)

// poolOrder is what a person asks of a node or service.
type poolOrder struct {
	Action  string    `json:"action"`
	Mode    pool.Mode `json:"mode"`    // of "mode"; empty: as configured
	Until   time.Time `json:"until"`   // of "hold"; zero: for ever
	Workers int       `json:"workers"` // of "workers"; 0: the policy's again
	Who     string    `json:"who"`     // where nobody has to log in
	Reason  string    `json:"reason"`
}

// ordered reads an order whose action is one of some.
func (s *Server) ordered(c *gin.Context, actions ...string) (o poolOrder, err error) {
	if err := readJSON(c, &o); err != nil {
		return o, err
	}
	o.Who = s.actor(c, o.Who)
	return o, oneOf("action", o.Action, actions)
}

// oneOf wants one of some words.
func oneOf(field, word string, words []string) error {
	if !slices.Contains(words, word) {
		return &Error{badData, errorf("%s: want one of %s, got %q", field, strings.Join(words, ", "), word)}
	}
	return nil
}

// orderNode carries out what a person asks of a node, and answers the node.
func (s *Server) orderNode(c *gin.Context) (any, error) {
	o, err := s.ordered(c, "cordon", "drain", "open", "forget")
	if err != nil {
		return nil, err
	}
	ctx, name := c.Request.Context(), c.Param("node")
	switch o.Action {
	case "cordon":
		err = s.Pool.Cordon(ctx, name, o.Who, o.Reason)
	case "drain":
		err = s.Pool.Drain(ctx, name, o.Who, o.Reason)
	case "open":
		err = s.Pool.Uncordon(ctx, name, o.Who, o.Reason)
	case "forget":
		return gone{name}, s.Pool.Forget(ctx, name)
	}
	if err != nil {
		return nil, err
	}
	return s.node(c)
}

// gone names what was removed.
type gone struct {
	Gone string `json:"gone"`
}

// orderService carries out what a person asks of a service, and answers the service.
func (s *Server) orderService(c *gin.Context) (any, error) {
	o, err := s.ordered(c, "mode", "hold", "release", "workers", "retire")
	if err != nil {
		return nil, err
	}
	id, err := moduleParam(c)
	if err != nil {
		return nil, err
	}
	ctx := c.Request.Context()
	switch o.Action {
	case "mode":
		err = s.Pool.SetMode(ctx, id, o.Mode, o.Who, o.Reason)
	case "hold":
		err = s.Pool.Hold(ctx, id, o.Until, o.Who, o.Reason)
	case "release":
		err = s.Pool.Release(ctx, id, o.Who, o.Reason)
	case "workers":
		err = s.Pool.SetManual(ctx, id, o.Workers, o.Who, o.Reason)
	case "retire":
		err = s.Pool.Retire(ctx, id, o.Who, o.Reason)
	}
	if err != nil {
		return nil, err
	}
	return s.service(c)
}

// restartWorker has a worker restarted by its node.
func (s *Server) restartWorker(c *gin.Context) (any, error) {
	id := c.Param("worker")
	if err := s.Pool.Restart(c.Request.Context(), id); err != nil {
		return nil, err
	}
	return restarting{id}, nil
}

type restarting struct {
	Restarting string `json:"restarting"`
}
