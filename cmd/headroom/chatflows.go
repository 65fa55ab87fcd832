package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"headroom/alerting/chat"
	"headroom/internal/faults"
	"headroom/scaler/flow"
)

// chatFlows starts flows for people in chats.
type chatFlows struct{ s *server }

// Run implements chat.Flows. Words such as module=Qzone/WNS are inputs, which the flow makes numbers or lists of; the others say
// why.
func (c chatFlows) Run(ctx context.Context, name string, words []string, who string) (string, error) {
	start := flow.Start{Flow: name, Inputs: map[string]any{}, Who: who}
	var why []string
	for _, word := range words {
		if key, value, given := strings.Cut(word, "="); given {
			start.Inputs[key] = value
			continue
		}
		why = append(why, word)
	}
	if start.Why = strings.Join(why, " "); start.Why == "" {
		start.Why = "asked for by chat"
	}
	run, err := c.s.flows.Start(ctx, start)
	var list faults.List
	if errors.As(err, &list) || errors.Is(err, flow.ErrNoFlow) || errors.Is(err, flow.ErrFull) || errors.Is(err, flow.ErrConflict) {
		return "", chat.Refused(err)
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("run %s of %s is %s", run.ID, run.Flow, run.State), nil
}
