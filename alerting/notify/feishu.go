package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/alertmanager/alert"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"

	"headroom/internal/config"
)

// feishu tells a Feishu (Lark) group by its custom robot.
type feishu struct {
	robot config.Robot
	tmpl  *template.Template
}

func newFeishu(robot config.Robot, t *template.Template) amnotify.Notifier {
	return &feishu{robot, t}
}

// Notify implements Alertmanager's notifier.
func (f *feishu) Notify(ctx context.Context, alerts ...*alert.Alert) (bool, error) {
	m, err := newMessage(ctx, f.tmpl, alerts)
	if err != nil {
		return false, err
	}
	return f.send(ctx, m)
}

// send sends a message.
func (f *feishu) send(ctx context.Context, m message) (again bool, err error) {
	return post(ctx, f.robot.URL, signedFeishu(card(m), f.robot.Secret, time.Now()), feishuAnswer)
}

// card is a message as an interactive card.
func card(m message) map[string]any {
	colour := "green"
	if m.firing {
		colour = "red"
	}
	elements := []any{map[string]any{"tag": "markdown", "content": m.text}}
	if m.link != "" {
		button := map[string]any{"tag": "button", "type": "primary", "url": m.link, "text": map[string]string{"tag": "plain_text", "content": "Headroom"}}
		elements = append(elements, map[string]any{"tag": "action", "actions": []any{button}})
	}
	return map[string]any{"msg_type": "interactive", "card": map[string]any{
		"config":   map[string]any{"wide_screen_mode": true},
		"header":   map[string]any{"template": colour, "title": map[string]string{"tag": "plain_text", "content": m.title}},
		"elements": elements,
	}}
}

// signedFeishu adds time and signature to a message: the base64 of the HMAC-SHA256
// of nothing under "seconds\nsecret".
func signedFeishu(body map[string]any, secret string, now time.Time) map[string]any {
	if secret == "" {
		return body
	}
	at := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(at+"\n"+secret))
	body["timestamp"], body["sign"] = at, base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return body
}

// Numbers of Feishu's errors that pass: too many requests.
const (
	feishuTooMany     = 9499
	feishuTooManyHere = 11232
)

func feishuAnswer(answer []byte) (again bool, err error) {
	var a struct {
		Code    *int   `json:"code"`
		Message string `json:"msg"`
	}
	if err := json.Unmarshal(answer, &a); err != nil || a.Code == nil {
		return false, fmt.Errorf("no answer of Feishu: %s", cut(string(answer), 200))
	}
	if *a.Code != 0 {
		return *a.Code == feishuTooMany || *a.Code == feishuTooManyHere, fmt.Errorf("answer of Feishu: number %d: %s", *a.Code, a.Message)
	}
	return false, nil
}
