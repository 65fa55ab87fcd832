package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/prometheus/alertmanager/alert"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
	"github.com/prometheus/common/model"
)

// Limits of a message to a group chat, which takes no more: alarms that are listed,
// and bytes of text.
const (
	maxListed   = 20
	maxChatText = 15_000
)

// message is a group of alarms as a group chat shows it.
type message struct {
	title   string
	text    string // Markdown
	firing  bool
	link    string // of the only alarm; empty: there are several, or it has none
	picture string // address of one, if it is about a single alarm
}

// newMessage writes a message about alerts; its title is Alertmanager's subject.
func newMessage(ctx context.Context, t *template.Template, alerts []*alert.Alert) (message, error) {
	data := amnotify.GetTemplateData(ctx, t, alerts, slog.New(slog.DiscardHandler))
	title, err := t.ExecuteTextString(`{{ template "__subject" . }}`, data)
	if err != nil {
		return message{}, fmt.Errorf("write the title: %w", err)
	}
	m := message{title: title, firing: len(data.Alerts.Firing()) > 0}
	var parts []string
	for i, a := range alerts {
		if i == maxListed {
			parts = append(parts, fmt.Sprintf("… and %d more", len(alerts)-i))
			break
		}
		parts = append(parts, paragraph(a))
	}
	m.text = cut(strings.Join(parts, "\n\n"), maxChatText)
	if len(alerts) == 1 {
		m.link = string(alerts[0].Annotations[AnnotationLink])
		m.picture = string(alerts[0].Annotations[AnnotationPicture])
	}
	return m, nil
}

// cut shortens a text to n bytes.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n-len("…")], "") + "…"
}

// lines of a paragraph, with the annotation each is from.
var lines = []struct {
	name  model.LabelName
	label string
}{
	{AnnotationPath, "where"}, {AnnotationOwner, "owner"}, {AnnotationCause, "cause"}, {AnnotationTried, "tried"}, {AnnotationFlapping, "flaps"},
	{AnnotationMembers, "alarms"}, {AnnotationRunbook, "runbook"}, {AnnotationPicture, "picture"}, {AnnotationLink, "more"},
}

// paragraph tells of one alarm.
func paragraph(a *alert.Alert) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** %s", strings.ToUpper(string(a.Status())), what(a))
	for _, l := range lines {
		if value := string(a.Annotations[l.name]); value != "" {
			fmt.Fprintf(&b, "\n- %s: %s", l.label, strings.ReplaceAll(value, "\n", ", "))
		}
	}
	return b.String()
}

// what says in one line what an alarm is about.
func what(a *alert.Alert) string {
	for _, name := range []model.LabelName{"summary", "description", "message"} {
		if text := a.Annotations[name]; text != "" {
			return fmt.Sprintf("%s: %s", a.Name(), text)
		}
	}
	return a.Labels.String()
}

// post sends a message to a robot, and hands its answer to check, which says
// whether another try can help.
func post(ctx context.Context, address string, body any, check func(answer []byte) (again bool, err error)) (again bool, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return false, fmt.Errorf("write the message: %w", err)
	}
	resp, err := amnotify.PostJSON(ctx, http.DefaultClient, address, bytes.NewReader(text))
	if err != nil {
		return true, amnotify.RedactURL(err) // the address has a token in it
	}
	defer amnotify.Drain(resp)
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return true, fmt.Errorf("read the answer: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		again := resp.StatusCode/100 == 5 || resp.StatusCode == http.StatusTooManyRequests
		return again, fmt.Errorf("status %d: %s", resp.StatusCode, cut(string(answer), 200))
	}
	return check(answer)
}
