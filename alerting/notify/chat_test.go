package notify

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/alert"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
	"github.com/prometheus/common/model"

	"headroom/internal/config"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The signatures below were computed apart, by
//
//	printf '%s\n%s' "$time" "$secret" | openssl dgst -sha256 -hmac "$secret" -binary | base64
//	printf '' | openssl dgst -sha256 -hmac "$(printf '%s\n%s' "$time" "$secret")" -binary | base64
func TestSignatures(t *testing.T) {
	at := time.UnixMilli(1764244800123)
	got, err := signedDingTalk("https://oapi.dingtalk.example/robot/send?access_token=abc", "SEC123", at)
	must(t, err)
	u, err := url.Parse(got)
	must(t, err)
	if q := u.Query(); q.Get("access_token") != "abc" || q.Get("timestamp") != "1764244800123" || q.Get("sign") != "haRgCXgCkwARDMVEV3kRLxFKW2yE7Sf4TunGCJDELlM=" {
		t.Errorf("DingTalk: %s", q)
	}
	body := signedFeishu(map[string]any{}, "SEC123", at)
	if body["timestamp"] != "1764244800" || body["sign"] != "e9UMjoFzPw12lVfHidml8j0vNCkaq0Uuxibu9F3pAxw=" {
		t.Errorf("Feishu: %v", body)
	}
	if got, _ := signedDingTalk("https://x.example/?a=b", "", at); got != "https://x.example/?a=b" || len(signedFeishu(map[string]any{}, "", at)) != 0 {
		t.Error("signed without a secret")
	}
}

// robotServer answers like a group chat's robot, and keeps the last request.
type robotServer struct {
	*httptest.Server
	answer string
	query  url.Values
	body   []byte
}

func newRobotServer(t *testing.T) *robotServer {
	s := &robotServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.query = r.URL.Query()
		s.body, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, s.answer)
	}))
	t.Cleanup(s.Close)
	return s
}

// groupContext is the context in which Alertmanager calls notifiers.
func groupContext() context.Context {
	ctx := amnotify.WithGroupKey(context.Background(), "{}:{}")
	ctx = amnotify.WithReceiverName(ctx, "ops")
	ctx = amnotify.WithGroupLabels(ctx, model.LabelSet{"job": "a"})
	return amnotify.WithNotificationReason(ctx, amnotify.ReasonFirstNotification)
}

func deadAlert() *alert.Alert {
	return &alert.Alert{Alert: model.Alert{
		Labels: model.LabelSet{"alertname": "Dead", "job": "a"}, StartsAt: time.Now(),
		Annotations: model.LabelSet{"summary": "进程死了", AnnotationPath: "Qzone/WNS", AnnotationTried: "restarted it", AnnotationLink: "https://headroom.example/a1"},
	}}
}

func templates(t *testing.T) *template.Template {
	t.Helper()
	tmpl, err := template.FromGlobs(nil)
	must(t, err)
	tmpl.ExternalURL = &url.URL{}
	return tmpl
}

func TestDingTalk(t *testing.T) {
	s := newRobotServer(t)
	s.answer = `{"errcode":0,"errmsg":"ok"}`
	n := newDingTalk(config.Robot{URL: s.URL + "/?access_token=abc", Secret: "SEC123"}, templates(t))
	if again, err := n.Notify(groupContext(), deadAlert()); again || err != nil {
		t.Fatal(again, err)
	}
	var body struct {
		MsgType  string
		Markdown struct{ Title, Text string }
	}
	must(t, json.Unmarshal(s.body, &body))
	want := "#### [FIRING:1] a (Dead)\n\n**FIRING** Dead: 进程死了\n- where: Qzone/WNS\n- tried: restarted it\n- more: https://headroom.example/a1"
	if body.MsgType != "markdown" || body.Markdown.Title != "[FIRING:1] a (Dead)" || body.Markdown.Text != want || s.query.Get("sign") == "" {
		t.Errorf("%s with %v", s.body, s.query)
	}
	pictured := deadAlert()
	pictured.Annotations[AnnotationPicture] = "https://headroom.example/a1.png"
	if _, err := n.Notify(groupContext(), pictured); err != nil || !strings.Contains(string(s.body), `\n\n![load](https://headroom.example/a1.png)"`) {
		t.Errorf("no picture in %s, %v", s.body, err)
	}
	s.answer = `{"errcode":130101,"errmsg":"send too fast"}`
	if again, err := n.Notify(groupContext(), deadAlert()); !again || err == nil || !strings.Contains(err.Error(), "send too fast") {
		t.Error(again, err)
	}
	s.answer = `{"errcode":310000,"errmsg":"sign not match"}`
	if again, err := n.Notify(groupContext(), deadAlert()); again || err == nil {
		t.Error(again, err)
	}
	s.answer = `<html>`
	if again, err := n.Notify(groupContext(), deadAlert()); again || err == nil {
		t.Error(again, err)
	}
	s.Close()
	if again, err := n.Notify(groupContext(), deadAlert()); !again || err == nil || strings.Contains(err.Error(), "abc") {
		t.Errorf("%v: the token must not be told: %v", again, err)
	}
}

func TestFeishu(t *testing.T) {
	s := newRobotServer(t)
	s.answer = `{"code":0,"msg":"success"}`
	n := newFeishu(config.Robot{URL: s.URL, Secret: "SEC123"}, templates(t))
	if again, err := n.Notify(groupContext(), deadAlert()); again || err != nil {
		t.Fatal(again, err)
	}
	var body struct {
		Timestamp, Sign, MsgType string
		Type                     string `json:"msg_type"`
		Card                     struct {
			Header struct {
				Template string
				Title    struct{ Content string }
			}
			Elements []struct {
				Tag, Content string
				Actions      []struct{ URL string }
			}
		}
	}
	must(t, json.Unmarshal(s.body, &body))
	c := body.Card
	if body.Type != "interactive" || body.Sign == "" || c.Header.Template != "red" || c.Header.Title.Content != "[FIRING:1] a (Dead)" || len(c.Elements) != 2 ||
		!strings.Contains(c.Elements[0].Content, "进程死了") || c.Elements[1].Actions[0].URL != "https://headroom.example/a1" {
		t.Errorf("%s", s.body)
	}
	s.answer = `{"code":11232,"msg":"frequency limited"}`
	if again, err := n.Notify(groupContext(), deadAlert()); !again || err == nil {
		t.Error(again, err)
	}
	s.answer = `{"code":19021,"msg":"sign match fail"}`
	if again, err := n.Notify(groupContext(), deadAlert()); again || err == nil || !strings.Contains(err.Error(), "sign match fail") {
		t.Error(again, err)
	}
}

func TestMessagesAreBounded(t *testing.T) {
	var many []*alert.Alert
	for range 1000 {
		many = append(many, deadAlert())
	}
	many[0].Annotations = model.LabelSet{"summary": model.LabelValue(strings.Repeat("进", 20_000))}
	m, err := newMessage(groupContext(), templates(t), many)
	must(t, err)
	if len(m.text) > maxChatText || !strings.HasSuffix(m.text, "…") {
		t.Errorf("%d bytes", len(m.text))
	}
	m, err = newMessage(groupContext(), templates(t), many[1:])
	must(t, err)
	if !strings.HasSuffix(m.text, "… and 979 more") {
		t.Errorf("%.100q", m.text[len(m.text)-100:])
	}
}
