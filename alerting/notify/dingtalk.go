package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/prometheus/alertmanager/alert"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"

	"headroom/internal/config"
)

// dingTalk tells a DingTalk group by its custom robot.
type dingTalk struct {
	robot config.Robot
	tmpl  *template.Template
}

func newDingTalk(robot config.Robot, t *template.Template) amnotify.Notifier {
	return &dingTalk{robot, t}
}

// Notify implements Alertmanager's notifier.
func (d *dingTalk) Notify(ctx context.Context, alerts ...*alert.Alert) (bool, error) {
	m, err := newMessage(ctx, d.tmpl, alerts)
	if err != nil {
		return false, err
	}
	return d.send(ctx, m)
}

// send sends a message.
func (d *dingTalk) send(ctx context.Context, m message) (again bool, err error) {
	address, err := signedDingTalk(d.robot.URL, d.robot.Secret, time.Now())
	if err != nil {
		return false, err
	}
	text := "#### " + m.title + "\n\n" + m.text
	if m.picture != "" {
		text += "\n\n![load](" + m.picture + ")"
	}
	body := map[string]any{"msgtype": "markdown", "markdown": map[string]string{"title": m.title, "text": text}}
	return post(ctx, address, body, dingTalkAnswer)
}

// signedDingTalk adds time and signature to a robot's address: the base64 of the
// HMAC-SHA256 of "milliseconds\nsecret" under the secret.
func signedDingTalk(address, secret string, now time.Time) (string, error) {
	if secret == "" {
		return address, nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("read the robot's address: %w", amnotify.RedactURL(err))
	}
	at := strconv.FormatInt(now.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "\n" + secret))
	query := u.Query()
	query.Set("timestamp", at)
	query.Set("sign", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// Numbers of DingTalk's errors that pass: the system is busy, and too many
// messages in a minute.
const (
	dingTalkBusy    = -1
	dingTalkTooMany = 130101
)

func dingTalkAnswer(answer []byte) (again bool, err error) {
	var a struct {
		Code    *int   `json:"errcode"`
		Message string `json:"errmsg"`
	}
	if err := json.Unmarshal(answer, &a); err != nil || a.Code == nil {
		return false, fmt.Errorf("no answer of DingTalk: %s", cut(string(answer), 200))
	}
	if *a.Code != 0 {
		return *a.Code == dingTalkBusy || *a.Code == dingTalkTooMany, fmt.Errorf("answer of DingTalk: number %d: %s", *a.Code, a.Message)
	}
	return false, nil
}
