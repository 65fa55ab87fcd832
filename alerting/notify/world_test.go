package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/alerting"
	"headroom/alerting/alarm"
	"headroom/alerting/notify"
	"headroom/internal/config"
	"headroom/storage/state"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// patience is how long a test waits for what has to come. No test measures time.
const patience = 20 * time.Second

// world is a pipeline with the stage at its end, the API before it, a real state
// database and a sink for webhooks.
type world struct {
	t    *testing.T
	dir  string
	conf config.Alerting
	sink *sink
	mid  []alarm.Stage // between the first and the last

	db       *state.DB
	stage    *notify.Stage
	pipeline *alerting.Pipeline
	api      *httptest.Server
	reg      *prometheus.Registry
	end      func()
}

// newWorld starts a world with Alertmanager's file, in which SINK is the address of
// the sink.
func newWorld(t *testing.T, file string, change ...func(*world)) *world {
	w := &world{t: t, dir: t.TempDir(), sink: newSink(t), conf: config.Default().Alerting}
	w.write(file)
	for _, f := range change {
		f(w)
	}
	w.start()
	t.Cleanup(func() { w.end() })
	return w
}

func (w *world) write(file string) {
	w.t.Helper()
	if w.conf.ConfigFile = ""; file != "" {
		w.conf.ConfigFile = "alertmanager.yml"
		must(w.t, os.WriteFile(filepath.Join(w.dir, "alertmanager.yml"), []byte(strings.ReplaceAll(file, "SINK", w.sink.URL)), 0o600))
	}
}

func (w *world) load() (*notify.Config, error) {
	return notify.Load(w.conf, filepath.Join(w.dir, "headroom.yml"))
}

func (w *world) start() {
	w.t.Helper()
	var err error
	w.db, err = state.Open(filepath.Join(w.dir, "state.db"))
	must(w.t, err)
	conf, err := w.load()
	must(w.t, err)
	w.reg = prometheus.NewRegistry()
	ctx, cancel := context.WithCancel(context.Background())
	var wake func()
	ignore := func() []string { return w.conf.IgnoreLabels }
	w.stage, err = notify.New(ctx, notify.Options{
		Config: conf, DB: w.db.Notifications(), IgnoreLabels: ignore,
		Words: notify.Words{Member: func(id string) string { // which may ask the pipeline
			_ = w.pipeline.Find(id)
			return "alarm " + id
		}},
		Keep: func() time.Duration { return time.Hour },
		Wake: func() {
			if wake != nil {
				wake()
			}
		},
		Logger: quiet, Registerer: w.reg,
	})
	must(w.t, err)
	w.pipeline, err = alerting.New(ctx, alerting.Options{
		Stages: slices.Concat([]alarm.Stage{w.stage.Watch()}, w.mid, []alarm.Stage{w.stage}), Keeper: alerting.History{Table: w.db.Alarms()},
		IgnoreLabels: ignore, Logger: quiet, Registerer: w.reg,
	})
	must(w.t, err)
	wake = w.pipeline.Wake
	handler, err := w.stage.API(w.pipeline)
	must(w.t, err)
	w.api = httptest.NewServer(handler)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.pipeline.Run(ctx)
	}()
	w.end = sync.OnceFunc(func() {
		w.api.Close()
		cancel()
		<-done
		w.stage.Close()
		must(w.t, w.db.Close())
	})
}

func (w *world) restart() {
	w.t.Helper()
	w.end()
	w.start()
	w.t.Cleanup(func() { w.end() })
}

// call makes a request of the API, and returns status and body.
func (w *world) call(method, path string, body any) (int, string) {
	w.t.Helper()
	text, ok := body.(string)
	if !ok && body != nil {
		b, err := json.Marshal(body)
		must(w.t, err)
		text = string(b)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.api.URL+path, strings.NewReader(text))
	must(w.t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	must(w.t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	must(w.t, err)
	return resp.StatusCode, string(answer)
}

// fire sends alarms that fire for an hour; stop, that they have ended.
func (w *world) fire(all ...model.LabelSet) { w.t.Helper(); w.post(time.Hour, all) }
func (w *world) stop(all ...model.LabelSet) { w.t.Helper(); w.post(-time.Millisecond, all) }

func (w *world) post(ends time.Duration, all []model.LabelSet) {
	w.t.Helper()
	var alerts []map[string]any
	for _, labels := range all {
		alerts = append(alerts, map[string]any{
			"labels": labels, "annotations": map[string]string{"summary": "it is " + string(labels["alertname"])},
			"endsAt": time.Now().Add(ends), "generatorURL": "http://prometheus.example/graph",
		})
	}
	if code, text := w.call("POST", "/api/v2/alerts", alerts); code != 200 {
		w.t.Fatalf("POST alerts: %d %s", code, text)
	}
}

// silence makes a silence for labels, and returns its id.
func (w *world) silence(labels model.LabelSet) string {
	w.t.Helper()
	var matchers []map[string]any
	for name, value := range labels {
		matchers = append(matchers, map[string]any{"name": name, "value": value, "isRegex": false, "isEqual": true})
	}
	code, text := w.call("POST", "/api/v2/silences", map[string]any{
		"matchers": matchers, "startsAt": time.Now(), "endsAt": time.Now().Add(time.Hour), "createdBy": "ann", "comment": "works",
	})
	var answer struct{ SilenceID string }
	if err := json.Unmarshal([]byte(text), &answer); code != 200 || err != nil {
		w.t.Fatalf("POST silences: %d %s", code, text)
	}
	return answer.SilenceID
}

// shown is an alarm as the API shows it.
type shown struct {
	Labels, Annotations map[string]string
	Receivers           []struct{ Name string }
	Status              struct {
		State                            string
		SilencedBy, InhibitedBy, MutedBy []string
	}
}

func (w *world) alerts(query string) (all []shown) {
	w.t.Helper()
	code, text := w.call("GET", "/api/v2/alerts"+query, nil)
	if code != 200 {
		w.t.Fatalf("GET alerts: %d %s", code, text)
	}
	must(w.t, json.Unmarshal([]byte(text), &all))
	return all
}

// eventually waits until ok.
func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("never: %s; open: %s", what, w.describe())
		}
	}
}

func (w *world) describe() string {
	var b strings.Builder
	for _, a := range w.pipeline.Open() {
		fmt.Fprintf(&b, "\n%s %s at %s by %q: %s; ended %v", a.Labels, a.Outcome, a.Stage, a.By, a.Reason, a.Ended)
		for _, e := range a.Trail {
			fmt.Fprintf(&b, "\n    %s %s %s by %q: %s", e.At.Format("15:04:05.000"), e.Stage, e.What, e.By, e.Reason)
		}
	}
	return b.String()
}

// of returns the newest episode of an alarm, open or not.
func (w *world) of(name string) *alarm.Alarm {
	w.t.Helper()
	var found *alarm.Alarm
	must(w.t, alerting.History{Table: w.db.Alarms()}.Each(w.t.Context(), state.AlarmQuery{Kind: name, Limit: 1}, func(a *alarm.Alarm) error { found = a; return nil }))
	return found
}

// comes waits until an alarm as it is kept satisfies ok.
func (w *world) comes(name, what string, ok func(*alarm.Alarm) bool) *alarm.Alarm {
	w.t.Helper()
	var a *alarm.Alarm
	w.eventually(name+" "+what, func() bool { a = w.of(name); return a != nil && ok(a) })
	return a
}

func (w *world) notified(name string) *alarm.Alarm {
	w.t.Helper()
	return w.comes(name, "is notified", func(a *alarm.Alarm) bool { return a.Outcome == alarm.Notified })
}

func (w *world) closed(name string) *alarm.Alarm {
	w.t.Helper()
	return w.comes(name, "is closed", func(a *alarm.Alarm) bool { return !a.Open() })
}

func named(name string, more ...string) model.LabelSet {
	set := model.LabelSet{"alertname": model.LabelValue(name)}
	for i := 0; i < len(more); i += 2 {
		set[model.LabelName(more[i])] = model.LabelValue(more[i+1])
	}
	return set
}

// sink is a listener for webhooks.
type sink struct {
	*httptest.Server
	got chan *hook

	mu     sync.Mutex
	broken bool
}

// hook is Alertmanager's message, version 4.
type hook struct {
	Version, GroupKey, Status, Receiver string
	GroupLabels                         map[string]string
	Alerts                              []struct {
		Status              string
		Labels, Annotations map[string]string
		StartsAt, EndsAt    time.Time
		GeneratorURL        string
	}
	path string
	raw  []byte
}

func newSink(t *testing.T) *sink {
	s := &sink{got: make(chan *hook, 10_000)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		broken := s.broken
		s.mu.Unlock()
		if broken {
			http.Error(w, "broken on purpose", http.StatusInternalServerError)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/gettoken") {
			_, _ = io.WriteString(w, `{"errcode":0,"access_token":"t"}`)
			return
		}
		h := &hook{path: r.URL.Path}
		h.raw, _ = io.ReadAll(r.Body)
		_ = json.NewDecoder(bytes.NewReader(h.raw)).Decode(h)
		s.got <- h
		answerTo(w, r.URL.Path)
	}))
	t.Cleanup(s.Close)
	return s
}

// answerTo answers as the service does that a path stands for.
func answerTo(w http.ResponseWriter, path string) {
	switch {
	case strings.HasPrefix(path, "/wechat"):
		_, _ = io.WriteString(w, `{"errcode":0}`)
	case strings.HasPrefix(path, "/telegram"):
		_, _ = io.WriteString(w, `{"ok":true,"result":{"message_id":1,"chat":{"id":42}}}`)
	case strings.HasPrefix(path, "/odd"): // Alertmanager's Telegram notifier panics on that
		_, _ = io.WriteString(w, `{"ok":true,"result":{"message_id":1}}`)
	case strings.HasPrefix(path, "/pagerduty"):
		w.WriteHeader(http.StatusAccepted)
	default:
		_, _ = io.WriteString(w, "ok")
	}
}

func (s *sink) breaks(broken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = broken
}

// next waits for a message.
func (w *world) next() *hook {
	w.t.Helper()
	select {
	case h := <-w.sink.got:
		return h
	case <-time.After(patience):
		w.t.Fatalf("no message came; open: %s", w.describe())
		return nil
	}
}

// none checks that no message is there after d.
func (w *world) none(d time.Duration) {
	w.t.Helper()
	select {
	case h := <-w.sink.got:
		w.t.Fatalf("unexpected message: %s", h)
	case <-time.After(d):
	}
}

// String writes a message as "status receiver: alarm/status …", in order.
func (h *hook) String() string {
	var all []string
	for _, a := range h.Alerts {
		all = append(all, a.Labels["alertname"]+"/"+a.Status)
	}
	slices.Sort(all)
	return h.Status + " " + h.Receiver + ": " + strings.Join(all, " ")
}

func (w *world) expect(want string) *hook {
	w.t.Helper()
	h := w.next()
	if h.String() != want {
		w.t.Fatalf("got  %s\nwant %s; open: %s", h, want, w.describe())
	}
	return h
}

type ctx = context.Context

// keeping is a stage that keeps every alarm while it is on.
type keeping struct {
	on      atomic.Bool
	stage   string
	outcome alarm.Outcome
	by      string
}

func (k *keeping) Name() string { return k.stage }

func (k *keeping) Run(_ ctx, now time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	if !k.on.Load() {
		return alarms
	}
	for _, a := range alarms {
		if !a.Ended {
			a.Stay(now, k.stage, k.outcome, k.by, "on purpose", time.Time{})
		}
	}
	return nil
}

var quiet = slog.New(slog.DiscardHandler)
