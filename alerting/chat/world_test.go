package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/heal"
	"headroom/analytics"
	"headroom/internal/config"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

var (
	shanghai = time.FixedZone("CST", 8*3600)
	evening  = time.Date(2026, 11, 22, 21, 5, 0, 0, shanghai)
)

// world is a service over a small fleet, and what it was made to do.
type world struct {
	*testing.T
	*Service
	db     *state.DB
	now    time.Time
	alarms []*alarm.Alarm
	did    []string
	takes  chan struct{} // a restart waits for it; nil: it takes no time
	broken bool          // what is asked for fails
	grants map[string][]fleet.Path
	n      int
	http   *gin.Engine
}

// Open and the others below stand for those who do it.
func (w *world) Open() []*alarm.Alarm { return w.alarms }

func (w *world) Snapshot() *analytics.Snapshot { return table() }

func (w *world) do(format string, args ...any) error {
	if w.broken {
		return errors.New("the disk is full")
	}
	w.did = append(w.did, fmt.Sprintf(format, args...))
	return nil
}

type ackers struct{ *world }

func (w ackers) Ack(_ context.Context, id, who, why string, until time.Time) error {
	for _, a := range w.world.alarms {
		if a.ID == id {
			a.Acked, a.AckedBy, a.AckedUntil = w.now, who, until
		}
	}
	if !until.IsZero() {
		who += " until " + until.Format("15:04")
	}
	return w.world.do("ack %s by %s: %s", id, who, why)
}

func (w ackers) Unack(_ context.Context, id, who, why string) error {
	for _, a := range w.world.alarms {
		if a.ID == id {
			a.Acked, a.AckedBy, a.AckedUntil = time.Time{}, "", time.Time{}
		}
	}
	return w.world.do("unack %s by %s: %s", id, who, why)
}

func (w *world) Silence(_ context.Context, match labels.Matchers, until time.Time, who, why string) (string, error) {
	return "silence-1", w.do("mute %s until %s by %s: %s", match, until.Format("15:04"), who, why)
}

func (w *world) Restart(ctx context.Context, t heal.Target, who, why string) (string, error) {
	if w.takes != nil {
		select {
		case <-w.takes:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return "restart_workers of " + t.String() + ": done in 2 s", w.do("restart %s by %s: %s", t, who, why)
}

// askers has two requests.
type askers struct{ *world }

func (askers) UnderWay(context.Context) ([]Asked, error) {
	return []Asked{
		{ID: "R2", Line: "role viewer on everything, by ann: open", Text: "why: duty"},
		{ID: "R1", Line: "6 machines for Qzone/SET_W13, by bob: open", Text: "why: growth", Path: fleet.Path{"Qzone", "SET_W13"}},
	}, nil
}

func (a askers) Request(ctx context.Context, id string) (Asked, bool, error) {
	all, err := a.UnderWay(ctx)
	for _, one := range all {
		if strings.EqualFold(one.ID, id) {
			return one, true, err
		}
	}
	return Asked{}, false, err
}

func (a askers) Decide(_ context.Context, id string, approve bool, who, why string) (string, error) {
	if who == "ann" && id == "R2" {
		return "", Refused(errors.New("ann may not approve R2: it is their own request"))
	}
	return id + " is decided", a.world.do("decide %s %v by %s: %s", id, approve, who, why)
}

// table has the business tree of the tests.
func table() *analytics.Snapshot {
	tree := fleet.NewTree([]string{"business", "module"})
	for _, path := range []fleet.Path{{"Qzone", "SET_W13"}, {"Qzone", "SET_W02"}, {"Qzone", "相册"}, {"QQ", "push"}, {"QQ", "SET_W02"}, {"Video", "cache SET_W01"}} {
		tree.Add(path)
	}
	s := analytics.NewSnapshot(tree, evening, "classic")
	for _, n := range tree.Nodes() {
		s.Rows[n.Index] = analytics.Row{
			ID: n.ID, Path: n.Path, Level: tree.Levels()[n.Level()], At: evening, State: analytics.OK, Devices: 7, Load: 20, Lower: 19, Upper: 22.6,
			PeakToday: analytics.Peak{Value: 27.3}, Headroom: 54.5, Score: 0.2,
		}
	}
	since, peak := evening.Add(-7*time.Minute), evening.Add(35*time.Minute)
	row := &s.Rows[s.Find("Qzone/SET_W13")]
	row.Load, row.Deviates, row.Direction, row.Since, row.Score, row.Note, row.PeakToday.At = 23.5, true, "up", &since, 1.5, "moves <soon>", &peak
	row = &s.Rows[s.Find("QQ/push")]
	row.Deviates, row.Direction, row.Score, row.Headroom = true, "down", 2, analytics.Unknown()
	row = &s.Rows[s.Find("Qzone/相册")]
	row.State, row.Reason = analytics.Stale, "no data for 7 min"
	return s
}

func ringing(id, kind string, path fleet.Path, node string) *alarm.Alarm {
	return &alarm.Alarm{
		ID: id, Labels: model.LabelSet{"alertname": model.LabelValue(kind), "severity": "critical"}, Received: evening.Add(-2 * time.Minute),
		Facts: alarm.Facts{Path: path, Node: node}, Outcome: alarm.Notified,
	}
}

func newWorld(t *testing.T) *world {
	db, err := state.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &world{T: t, db: db, now: evening.Add(50 * time.Second)}
	folded := ringing("cccccccc-1", "Slow", fleet.Path{"Qzone", "SET_W13"}, "n2")
	folded.Outcome = alarm.Folded
	w.alarms = []*alarm.Alarm{
		ringing("aaaaaaaa-1", "Dead", fleet.Path{"Qzone", "SET_W13"}, "n1"), ringing("bbbbbbbb-1", "Disk", fleet.Path{"QQ", "push"}, "n9"), folded,
		ringing("dddddddd-1", "Lost", nil, "n7"),
	}
	cfg := config.Chat{
		Users: []config.ChatUser{
			{Chat: "slack:U1", Name: "ann", Role: config.Operator}, {Chat: "slack:U2", Name: "bob", Role: config.Viewer},
			{Chat: "slack:U3", Name: "qi", Role: config.Operator, Paths: []string{"Qzone"}},
			{Chat: "wecom:mycreate", Name: "ming", Role: config.Operator}, {Chat: "webhook:ann", Name: "ann", Role: config.Operator},
		},
		Slack:   config.ChatSlack{SigningSecret: "8f742231b10e8888abcd99yyyzzz85a5"},
		WeCom:   config.ChatWeCom{CorpID: "wx5823bf96d3bd56c7", Token: "QDG6eK", AESKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"},
		Webhook: config.ChatWebhook{Secret: "s3cret"},
	}
	w.Service = w.serve(cfg)
	return w
}

// serve makes the service of a configuration, and its endpoints.
func (w *world) serve(cfg config.Chat) *Service {
	s, err := New(Options{
		Grants: func(name string) []fleet.Path { return w.grants[name] }, Audit: w.db.Audit(),
		Config: cfg, Store: w.db.Chat(), Capacity: w, Alarms: ackers{w}, Mutes: w, Healer: w, Requests: askers{w}, Location: shanghai,
		Now: func() time.Time { return w.now }, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s.Close(ctx)
	})
	gin.SetMode(gin.ReleaseMode)
	w.http = gin.New()
	s.Register(w.http.Group("/api/v1"))
	return s
}

// ask has a person of Slack ask for something.
func (w *world) ask(user, text string) Answer {
	w.Helper()
	w.n++
	a, err := w.Do(w.Context(), Request{ID: fmt.Sprint("r", w.n), Chat: "slack", User: user, Text: text})
	if err != nil {
		w.Fatal(err)
	}
	return a
}

func (w *world) wantAnswer(user, text, want string) {
	w.Helper()
	if got := w.ask(user, text).Text; got != want {
		w.Errorf("%s asked %q and was told\n%s\nwant\n%s", user, text, got, want)
	}
}

func (w *world) wantDid(want ...string) {
	w.Helper()
	if !slices.Equal(w.did, want) {
		w.Errorf("did %q; want %q", w.did, want)
	}
	w.did = nil
}

// audit lists what was written down, the oldest first.
func (w *world) audit() (all []string) {
	w.Helper()
	list, err := w.db.Chat().List(w.Context(), evening.Add(-20*365*24*time.Hour), evening.Add(24*time.Hour), 100)
	if err != nil {
		w.Fatal(err)
	}
	for _, c := range slices.Backward(list) {
		all = append(all, fmt.Sprintf("%s %s %s %q %s", c.Chat, c.Who, c.Verb, c.Text, c.Result))
	}
	return all
}

// request sends a request to the endpoints.
func (w *world) request(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	w.Helper()
	r := httptest.NewRequest(method, "/api/v1/chat/"+target, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.http.ServeHTTP(rec, r)
	return rec
}

func wantCode(t *testing.T, rec *httptest.ResponseRecorder, code int, words ...string) {
	t.Helper()
	if rec.Code != code {
		t.Errorf("%d %s; want %d %s", rec.Code, rec.Body, code, http.StatusText(code))
	}
	for _, word := range words {
		if !strings.Contains(rec.Body.String(), word) {
			t.Errorf("%s; want %q in it", rec.Body, word)
		}
	}
}
