package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// holder holds the leases of changes, as a change run does.
type holder struct {
	*player
	todo []Lease
	held map[string]Lease // by id
	beat time.Time
}

// heartbeat is how often a change run says that it goes on.
const heartbeat = 15 * time.Second

func newHolder(p *player, leases []Lease) *holder {
	return &holder{player: p, todo: leases, held: map[string]Lease{}}
}

// hold begins leases, keeps them alive and ends them.
func (h *holder) hold(ctx context.Context, now Seconds) error {
	for len(h.todo) > 0 && h.todo[0].From <= now {
		if err := h.open(ctx, h.todo[0]); err != nil {
			return err
		}
		h.todo = h.todo[1:]
	}
	beat := time.Since(h.beat) >= heartbeat
	if beat {
		h.beat = time.Now()
	}
	for id, l := range h.held {
		path := "/api/v1/leases/" + id
		switch {
		case l.To <= now:
			delete(h.held, id)
			if err := h.call(ctx, http.MethodDelete, path, nil, nil); err != nil {
				return err
			}
		case beat:
			if err := h.call(ctx, http.MethodPost, path+"/beat", nil, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *holder) open(ctx context.Context, l Lease) error {
	// The run's name is new each time that the scenario is played.
	request := map[string]any{
		"run": fmt.Sprintf("%s-%d", l.Run, h.started.Unix()), "kind": "rolling restart", "who": "storm",
		"nodes": l.Nodes, "effect": l.Effect, "expected": l.Expected,
	}
	var answer struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := h.call(ctx, http.MethodPost, "/api/v1/leases", request, &answer); err != nil {
		return err
	}
	h.held[answer.Data.ID] = l
	return nil
}
