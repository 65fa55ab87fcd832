package notify_test

import (
	"bufio"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"headroom/alerting/alarm"
	"headroom/alerting/notify"
	"headroom/storage/state"
)

// Alertmanager's notifiers work with their default templates.
func TestNotifiersOfAlertmanager(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, path, in string }{
		"slack":     {"slack_configs: [{api_url: 'SINK/slack', channel: '#ops'}]", "/slack", `"channel":"#ops"`},
		"wechat":    {"wechat_configs: [{api_url: 'SINK/wechat/', corp_id: c, api_secret: s, agent_id: '1', to_user: ann}]", "/wechat/message/send", `"touser":"ann"`},
		"telegram":  {"telegram_configs: [{api_url: 'SINK/telegram', bot_token: t, chat_id: 42}]", "/telegram/bott/sendMessage", `"chat_id":"42"`},
		"pagerduty": {"pagerduty_configs: [{url: 'SINK/pagerduty', routing_key: k}]", "/pagerduty", `"event_action":"trigger"`},
		"opsgenie":  {"opsgenie_configs: [{api_url: 'SINK/opsgenie', api_key: k}]", "/opsgenie/v2/alerts", `"message":`},
		"discord":   {"discord_configs: [{webhook_url: 'SINK/discord'}]", "/discord", `"embeds":`},
		"teams":     {"msteamsv2_configs: [{webhook_url: 'SINK/teams'}]", "/teams", `AdaptiveCard`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "route: {receiver: ops, group_by: [alertname], group_wait: 100ms}\nreceivers: [{name: ops, "+c.file+"}]\n")
			w.fire(named("Dead"))
			h := w.next()
			if h.path != c.path || !strings.Contains(string(h.raw), c.in) || !strings.Contains(string(h.raw), "Dead") {
				t.Errorf("%s got %s; want %q", h.path, h.raw, c.in)
			}
			w.notified("Dead")
		})
	}
}

func TestPanicOfANotifierIsAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "route: {receiver: ops, group_wait: 100ms}\nreceivers: [{name: ops, telegram_configs: [{api_url: 'SINK/odd', bot_token: t, chat_id: 42}]}]\n")
	w.fire(named("Dead"))
	a := w.comes("Dead", "failed", func(a *alarm.Alarm) bool {
		return w.pipeline.Find(a.ID) != nil && strings.Contains(w.pipeline.Find(a.ID).Reason, "panicked")
	})
	found, err := w.db.Notifications().Find(t.Context(), state.NotificationQuery{Alarm: a.ID, What: state.Failed})
	if err != nil || len(found) != 1 || !strings.Contains(found[0].Error, "the notifier panicked") {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	post := newPostOffice(t)
	w := newWorld(t, `
global: {smtp_smarthost: '`+post.address+`', smtp_from: headroom@example.org, smtp_require_tls: false, smtp_hello: localhost}
route: {receiver: ops, group_by: [alertname], group_wait: 100ms}
receivers: [{name: ops, email_configs: [{to: ann@example.org, send_resolved: true}]}]
`, func(w *world) { w.mid = []alarm.Stage{knowing{}} })
	w.fire(named("Dead"))
	select {
	case letter := <-post.letters:
		m, err := mail.ReadMessage(strings.NewReader(letter))
		must(t, err)
		if subject := m.Header.Get("Subject"); subject != "[FIRING:1] Dead" || m.Header.Get("To") != "ann@example.org" {
			t.Errorf("subject %q to %q", subject, m.Header.Get("To"))
		}
		if text := textOf(t, m); !strings.Contains(text, "it is Dead") || !strings.Contains(text, notify.AnnotationTried+" = restarted it") {
			t.Errorf("letter:\n%s", text)
		}
	case <-time.After(patience):
		t.Fatal("no letter came", w.describe())
	}
	w.notified("Dead")
}

// textOf joins the parts of a letter.
func textOf(t *testing.T, m *mail.Message) string {
	t.Helper()
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(t, err)
	var all strings.Builder
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextPart()
		if err == io.EOF {
			return all.String()
		}
		must(t, err)
		text, err := io.ReadAll(part)
		must(t, err)
		all.Write(text)
	}
}

// postOffice is an SMTP server that takes every letter.
type postOffice struct {
	address string
	letters chan string
}

func newPostOffice(t *testing.T) *postOffice {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	p := &postOffice{l.Addr().String(), make(chan string, 10)}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go p.talk(conn)
		}
	}()
	return p
}

func (p *postOffice) talk(conn net.Conn) {
	defer conn.Close()
	say := func(text string) { _, _ = io.WriteString(conn, text+"\r\n") }
	say("220 here")
	var letter strings.Builder
	inside := false
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		switch line := lines.Text(); {
		case inside && line == ".":
			inside = false
			p.letters <- letter.String()
			say("250 taken")
		case inside:
			letter.WriteString(strings.TrimPrefix(line, ".") + "\r\n")
		case line == "DATA":
			inside = true
			say("354 go on")
		case line == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// Robots of group chats are added to a receiver by its name.
func TestRobotsAreAddedToReceivers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "", func(w *world) {
		w.conf.Notify.DingTalk = append(w.conf.Notify.DingTalk, robot(w, notify.DefaultReceiver))
	})
	w.write("route: {receiver: default, group_wait: 100ms}\nreceivers: [{name: default}]\n")
	conf, err := w.load()
	must(t, err)
	must(t, w.stage.Reload(conf))
	w.fire(named("Dead"))
	if h := w.next(); h.path != "/robot" || !strings.Contains(string(h.raw), `"msgtype":"markdown"`) {
		t.Errorf("%s got %s", h.path, h.raw)
	}
	w.conf.Notify.DingTalk[0].Receiver = "nobody"
	if _, err := w.load(); err == nil || !strings.Contains(err.Error(), `alerting.notify.dingtalk[0].receiver`) || !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("%v", err)
	}
}
