package heal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"headroom/alerting/alarm"
	"headroom/internal/webhook"
)

// attempts is how often a webhook is asked before the action has failed.
const attempts = 3

// message is what a webhook gets.
type message struct {
	Version string       `json:"version"` // "1"
	Heal    string       `json:"heal"`
	Action  string       `json:"action"`
	Kind    string       `json:"kind"`
	Rule    string       `json:"rule"`
	Who     string       `json:"who,omitempty"`
	Module  string       `json:"module"`
	Node    string       `json:"node"`
	Process string       `json:"process"`
	Alarm   *alarm.Alarm `json:"alarm"`
}

// webhook asks another program to act. An answer of 2xx means that it did, or
// will; one of 4xx but 429 is final; else it is asked again.
func (j *job) webhook(ctx context.Context) (string, error) {
	body, err := json.Marshal(message{
		Version: "1", Heal: j.id, Action: j.action.Name, Kind: j.action.Kind, Rule: j.rule, Who: j.who,
		Module: j.target.Module, Node: j.target.Node, Process: j.target.Process, Alarm: j.alarm,
	})
	if err != nil {
		return "", err
	}
	pause := j.pause
	for n := 1; ; n++ {
		out, again, err := j.post(ctx, body)
		if err == nil || !again || n == attempts {
			return out, err
		}
		select {
		case <-ctx.Done():
			return out, fmt.Errorf("%w (then: %w)", err, context.Cause(ctx))
		case <-time.After(pause):
		}
		pause *= 2
	}
}

func (j *job) post(ctx context.Context, body []byte) (out string, again bool, err error) {
	hook := webhook.Hook{URL: j.action.Webhook.URL, Secret: j.action.secret, Headers: j.action.Webhook.Headers, Client: j.client}
	var t tail
	err = hook.Post(ctx, j.id, body, time.Now(), &t)
	var final webhook.Final
	return t.String(), err != nil && !errors.As(err, &final), err
}
