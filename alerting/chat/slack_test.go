package chat

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/internal/config"
)

// The example of Slack's page "Verifying requests from Slack".
const (
	slackExample   = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	slackTime      = "1531420618"
	slackSignature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
)

func TestSlacksOwnExample(t *testing.T) {
	w := newWorld(t)
	send := func(body, at, signature string) *httptest.ResponseRecorder {
		return w.request(http.MethodPost, "slack", body, "X-Slack-Request-Timestamp", at, "X-Slack-Signature", signature)
	}
	wantCode(t, send(slackExample, slackTime, slackSignature), 401, "time is more than 5m0s from ours") // it is of 2018
	w.now = time.Unix(1531420618, 0).Add(4 * time.Minute)
	wantCode(t, send(slackExample, slackTime, slackSignature), 200, `"response_type":"ephemeral"`, "I do not know you", `slack:U2CERLKJA`)
	wantCode(t, send(slackExample, slackTime, strings.ToUpper(slackSignature[:3])+slackSignature[3:]), 401)
	wantCode(t, send(slackExample, slackTime, slackSignature), 409, "came before")
	wantCode(t, send(slackExample+"&x=1", slackTime, slackSignature), 401, "signature")
	wantCode(t, send(slackExample, "1531420619", slackSignature), 401, "signature")
	wantCode(t, send(slackExample, slackTime, ""), 401, "signature")
	w.now = time.Unix(1531420618, 0).Add(-6 * time.Minute)
	wantCode(t, send(slackExample, slackTime, slackSignature), 401, "time")
}

// slash is a slash command as Slack sends it.
func (w *world) slash(user, text, hook string) *httptest.ResponseRecorder {
	w.Helper()
	form := url.Values{
		"token": {"x"}, "team_id": {"T1"}, "channel_id": {"C1"}, "user_id": {user}, "user_name": {"someone"}, "command": {"/headroom"},
		"text": {text}, "response_url": {hook}, "trigger_id": {strconv.Itoa(w.n)},
	}
	w.n++
	return w.signedForm(form.Encode())
}

func (w *world) signedForm(body string) *httptest.ResponseRecorder {
	w.Helper()
	at := strconv.FormatInt(w.now.Unix(), 10)
	return w.request(http.MethodPost, "slack", body, "X-Slack-Request-Timestamp", at,
		"X-Slack-Signature", "v0="+signed("8f742231b10e8888abcd99yyyzzz85a5", "v0:", at, ":", body))
}

func TestSlashCommands(t *testing.T) {
	w := newWorld(t)
	// Slack writes &, < and > in its own way, and wants them so.
	wantCode(t, w.slash("U2", "status SET_W13", ""), 200, `"response_type":"ephemeral"`, `note: moves \u0026lt;soon\u0026gt;`)
	wantCode(t, w.slash("U1", "mute alertname=Disk 1h a &lt; b &amp;amp; c", ""), 200, `"response_type":"in_channel"`, `a \u0026lt; b \u0026amp;amp; c`)
	w.wantDid(`mute {alertname="Disk"} until 22:05 by ann: a < b &amp; c`)
	wantCode(t, w.signedForm("ssl_check=1&token=x"), 200)
	wantCode(t, w.signedForm("text=help"), 400, "slash command")
	wantCode(t, w.signedForm("%zz"), 400, "slash command")
	wantCode(t, w.signedForm(strings.Repeat("x", maxBody+1)), 413)
}

func TestALateAnswerGoesToItsAddress(t *testing.T) {
	w := newWorld(t)
	w.takes = make(chan struct{})
	late := make(chan map[string]string, 1)
	slack := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var m map[string]string
		_ = json.Unmarshal(body, &m)
		late <- m
	}))
	defer slack.Close()
	w.hooks = slack.URL + "/"
	wantCode(t, w.slash("U1", "restart push n9", slack.URL+"/commands/T1"), 200, "It is under way.", "ephemeral")
	close(w.takes)
	if m := <-late; m["text"] != "ann asked for it: restart_workers of QQ/push on n9: done in 2 s" || m["response_type"] != "in_channel" {
		t.Errorf("%v", m)
	}
	w.wantDid("restart QQ/push on n9 by ann: ")
}

func TestLateAnswersGoToSlackOnly(t *testing.T) {
	w := newWorld(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("an answer was sent elsewhere") }))
	defer elsewhere.Close()
	w.slackLater(t.Context(), elsewhere.URL+"/commands", Answer{Text: "x"})
	w.slackLater(t.Context(), "https://hooks.slack.com.example.com/", Answer{Text: "x"})
	w.slackLater(t.Context(), "", Answer{Text: "x"})
}

func TestTooManyCommandsUnderWay(t *testing.T) {
	w := newWorld(t)
	for range maxLater {
		w.later <- struct{}{}
	}
	wantCode(t, w.slash("U1", "restart push", ""), 503, "too many commands")
	w.wantDid()
}

func TestChatsWithoutTheirSecretAreOff(t *testing.T) {
	w := newWorld(t)
	w.serve(config.Chat{})
	wantCode(t, w.slash("U1", "help", ""), 404, "alerting.chat.slack.signing_secret")
	wantCode(t, w.request(http.MethodGet, "wecom?echostr=x", ""), 404, "alerting.chat.wecom.corp_id")
	wantCode(t, w.request(http.MethodPost, "wecom", "<xml/>"), 404, "alerting.chat.wecom.corp_id")
	wantCode(t, w.request(http.MethodPost, "webhook", "{}"), 404, "alerting.chat.webhook.secret")
}
