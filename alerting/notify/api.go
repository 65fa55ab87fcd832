package notify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/alert"
	amapi "github.com/prometheus/alertmanager/api"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/alertmanager/provider"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/route"

	"headroom/alerting/alarm"
)

// Pipeline is what the API is a door to.
type Pipeline interface {
	// Receive returns once alarms are kept where a restart finds them. An error
	// makes their sender try again.
	Receive(ctx context.Context, source string, alerts ...*alert.Alert) error
	// Open returns copies of all open alarms.
	Open() []*alarm.Alarm
}

// maxBody is how large a request may be.
const maxBody = 64 << 20

// API serves Alertmanager's API, version 2, below /api/v2/, and its answer that
// version 1 is gone below /api/v1/. What comes goes to the pipeline, and what it
// shows are all open alarms. It can be made once.
func (s *Stage) API(p Pipeline) (http.Handler, error) {
	took := promauto.With(s.opts.Registerer).NewHistogramVec(prometheus.HistogramOpts{
		Name: "alertmanager_http_request_duration_seconds", Help: "Histogram of latencies for HTTP requests.",
		Buckets: []float64{.005, .05, .1, .25, .5, 1, 5, 20},
	}, []string{"handler", "method"})
	v2, err := amapi.New(amapi.Options{
		Alerts: door{s.desk, p}, Silences: s.silences.all, GroupMutedFunc: s.marker.Muted, GroupFunc: s.groups,
		Logger: s.logger, Registry: s.opts.Registerer, RequestDuration: took,
	})
	if err != nil {
		return nil, fmt.Errorf("make Alertmanager's API: %w", err)
	}
	follow := func(c *Config) { v2.Update(c.Alertmanager, s.mark) }
	s.reload.Lock()
	s.onPlan = append(s.onPlan, follow)
	follow(s.plan.Load().conf)
	s.reload.Unlock()

	mux := v2.Register(route.New(), "/")
	mux.Handle("GET /api/v2/alerts", listing{s, p, make(chan struct{}, maxListings)})
	durable := &durably{next: mux, silences: s.silences}
	mux2 := http.NewServeMux()
	mux2.Handle("POST /api/v2/silences", durable)
	mux2.Handle("DELETE /api/v2/silence/{id}", durable)
	mux2.Handle("/", mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		mux2.ServeHTTP(w, r)
	}), nil
}

// door is the provider of alerts that the API sees.
type door struct {
	provider.Alerts
	pipeline Pipeline
}

// Put hands what was posted to the pipeline.
func (d door) Put(ctx context.Context, alerts ...*alert.Alert) error {
	if len(alerts) == 0 {
		return nil
	}
	return d.pipeline.Receive(ctx, alarm.FromAPI, alerts...)
}

// groups returns the dispatcher's groups. Since alarms have no end there while
// they fire, they are shown with the one that is assumed.
func (s *Stage) groups(ctx context.Context, routes func(*dispatch.Route) bool, alerts func(*alert.Alert, time.Time) bool) (dispatch.AlertGroups, map[model.Fingerprint][]string, error) {
	d := s.dispatcher.Load()
	if d == nil { // no alarm came by yet
		return dispatch.AlertGroups{}, nil, nil
	}
	groups, receivers, err := d.Groups(ctx, routes, alerts)
	for _, g := range groups {
		for i, a := range g.Alerts {
			if a.EndsAt.IsZero() {
				shown := *a
				shown.EndsAt = s.assumedEnd(time.Now())
				g.Alerts[i] = &shown
			}
		}
	}
	return groups, receivers, err
}

// assumedEnd is until when an alarm fires of which nobody said until when.
func (s *Stage) assumedEnd(now time.Time) time.Time {
	return now.Add(time.Duration(s.plan.Load().conf.Alertmanager.Global.ResolveTimeout))
}

// mark writes into the marker of ctx what holds an alert of a group back now.
func (s *Stage) mark(ctx context.Context, labels model.LabelSet) {
	m, ok := marker.FromContext(ctx)
	if !ok {
		return
	}
	fp := labels.Fingerprint()
	s.silences.silencer.Mutes(ctx, labels)
	m.SetInhibited(fp, nil)
	if key, _, _, held := s.inhibitor.holds(labels); held {
		m.SetInhibited(fp, []string{key.String()})
	}
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	if slip := s.desk.slips[fp]; slip != nil && slip.held {
		m.SetInhibited(fp, []string{slip.by})
	}
}

// durably answers for a change of silences only if it could be kept.
type durably struct {
	next     http.Handler
	silences *Silences
}

// maxSilenceBody is how large a request that changes a silence may be.
const maxSilenceBody = 1 << 20

// ServeHTTP implements [http.Handler].
func (d *durably) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxSilenceBody)) // a slow sender keeps nobody waiting
	if err != nil {
		http.Error(w, "read the request: "+err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	d.silences.change.Lock()
	defer d.silences.change.Unlock()
	answer := &held{header: http.Header{}}
	d.next.ServeHTTP(answer, r)
	if err := d.silences.takeError(); err != nil {
		http.Error(w, "the silence could not be kept: "+err.Error(), http.StatusInternalServerError)
		return
	}
	answer.release(w)
}

// held is an answer that is not given yet.
type held struct {
	header http.Header
	code   int
	bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (h *held) Header() http.Header { return h.header }

// WriteHeader implements [http.ResponseWriter].
func (h *held) WriteHeader(code int) { h.code = code }

func (h *held) release(w http.ResponseWriter) {
	maps.Copy(w.Header(), h.header)
	if h.code != 0 {
		w.WriteHeader(h.code)
	}
	_, _ = w.Write(h.Bytes()) // a client that is gone needs no answer
}

// keyOfID returns the fingerprint in the id of an alarm, or the id as it is.
func keyOfID(id string) string {
	key, _, _ := strings.Cut(id, "-")
	return key
}
