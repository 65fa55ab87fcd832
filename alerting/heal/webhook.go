package heal

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"headroom/alerting/alarm"
)

// Headers of a webhook's request. The signature is "sha256=" and, in hexadecimal,
// the HMAC-SHA256 of timestamp (Unix seconds), a dot and the body under the secret.
const (
	timestampHeader = "X-Headroom-Timestamp"
	signatureHeader = "X-Headroom-Signature"
	idHeader        = "Idempotency-Key" // the heal's id, the same when it is tried again
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
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, j.action.Webhook.URL, bytes.NewReader(body))
	if err != nil {
		return "", false, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "headroom")
	req.Header.Set(idHeader, j.id)
	for name, value := range j.action.Webhook.Headers {
		req.Header.Set(name, value)
	}
	if j.action.secret != "" {
		at := strconv.FormatInt(time.Now().Unix(), 10)
		req.Header.Set(timestampHeader, at)
		req.Header.Set(signatureHeader, sign(j.action.secret, at, body))
	}
	resp, err := j.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the address may hold a secret
		}
		return "", true, err
	}
	defer resp.Body.Close()
	var t tail
	_, _ = io.Copy(&t, io.LimitReader(resp.Body, 1<<20))
	if resp.StatusCode/100 == 2 {
		return t.String(), false, nil
	}
	again = resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests
	return t.String(), again, fmt.Errorf("answered %s", resp.Status)
}

// sign returns the signature of a body at a time.
func sign(secret, at string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, at+".")
	_, _ = mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
