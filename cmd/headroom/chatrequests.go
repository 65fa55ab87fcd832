package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"headroom/alerting/chat"
	"headroom/internal/faults"
	"headroom/scaler/request"
	"headroom/storage/fleet"
	"headroom/storage/state"
	"headroom/ui/access"
)

// chatRequests answers chats about requests.
type chatRequests struct{ s *server }

// mostInChat is how many requests are looked through for a list in a chat.
const mostInChat = 1000

// UnderWay implements chat.Requests.
func (c chatRequests) UnderWay(ctx context.Context) ([]chat.Asked, error) {
	found, err := c.s.requests.Find(ctx, request.Query{UnderWay: true, Limit: mostInChat})
	if err != nil {
		return nil, err
	}
	all := make([]chat.Asked, len(found))
	for i := range found {
		all[i] = askedInChat(&found[i])
	}
	return all, nil
}

// Request implements chat.Requests.
func (c chatRequests) Request(ctx context.Context, id string) (chat.Asked, bool, error) {
	r, err := c.s.requests.Load(ctx, id)
	switch {
	case errors.Is(err, state.ErrNoRequest):
		return chat.Asked{}, false, nil
	case err != nil:
		return chat.Asked{}, false, err
	}
	return askedInChat(&r), true, nil
}

// Decide implements chat.Requests.
func (c chatRequests) Decide(ctx context.Context, id string, approve bool, who, why string) (string, error) {
	action := "reject"
	if approve {
		action = "approve"
	}
	if err := c.mayDecide(ctx, id, who); err != nil {
		return "", err
	}
	r, err := c.s.requests.Do(ctx, request.Order{ID: id, Action: action, Who: who, Why: why})
	var list faults.List
	if errors.Is(err, request.ErrMayNot) || errors.Is(err, request.ErrNotNow) || errors.As(err, &list) {
		return "", chat.Refused(err)
	}
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(fmt.Sprintf("%s (%s) is %s: %s", r.ID, r.Title, r.State, r.Reason), ": "), nil
}

// mayDecide tells why a person may not decide where roles count: it takes in a chat what
// it takes elsewhere.
func (c chatRequests) mayDecide(ctx context.Context, id, name string) error {
	book := c.s.access.book
	if !book.On() {
		return nil
	}
	r, err := c.s.requests.Load(ctx, id)
	if err != nil {
		return err
	}
	path, err := fleet.ParseID(r.Path)
	who := access.Who{Kind: access.Chat, Name: name}
	if err != nil || c.s.requests.Approver(&r, name, nil) || book.Role(who, path) >= access.Admin {
		return err
	}
	return chat.Refused(errors.New(book.Refusal(who, access.Admin, path, "to decide about "+r.ID)))
}

// askedInChat is a request as chats show it.
func askedInChat(r *request.Request) chat.Asked {
	path, err := fleet.ParseID(r.Path)
	if err != nil {
		path = nil // then it is for those who may see all
	}
	a := chat.Asked{ID: r.ID, Path: path, Line: fmt.Sprintf("%s, by %s: %s", r.Title, r.Who, r.State)}
	lines := []string{"why: " + r.Why}
	if r.Reason != "" {
		lines = append(lines, r.Reason)
	}
	if m := r.Machines; m != nil && m.Forecast != nil && m.Forecast.ShortWithout.Known() {
		lines = append(lines, fmt.Sprintf("risk of being short: %.1f %% without, %.1f %% with them", 100*float64(m.Forecast.ShortWithout), 100*float64(m.Forecast.ShortWith)))
	}
	for _, c := range r.Checks {
		lines = append(lines, fmt.Sprintf("%s: %s (%s)", c.Name, map[bool]string{true: "yes", false: "no"}[c.OK], c.Says))
	}
	for _, s := range r.History[max(0, len(r.History)-5):] {
		lines = append(lines, strings.TrimSuffix(fmt.Sprintf("%s %s by %s: %s", s.At.Format("01-02 15:04"), s.What, s.Who, s.Why), ": "))
	}
	a.Text = strings.Join(lines, "\n")
	return a
}
