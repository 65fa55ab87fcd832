package notify_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/internal/config"
)

func robot(w *world, receiver string) config.Robot {
	return config.Robot{Receiver: receiver, URL: w.sink.URL + "/robot"}
}

// other is another Alertmanager.
type other struct {
	*httptest.Server
	got    chan []model.Alert
	broken atomic.Bool
}

func newOther(t *testing.T) *other {
	o := &other{got: make(chan []model.Alert, 1000)}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var alerts []model.Alert
		if err := json.NewDecoder(r.Body).Decode(&alerts); err != nil || r.URL.Path != "/api/v2/alerts" || o.broken.Load() {
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		}
		o.got <- alerts
	}))
	t.Cleanup(o.Close)
	return o
}

func (o *other) next(t *testing.T) model.Alert {
	t.Helper()
	select {
	case alerts := <-o.got:
		if len(alerts) != 1 {
			t.Fatalf("%d alerts came at once", len(alerts))
		}
		return alerts[0]
	case <-time.After(patience):
		t.Fatal("nothing was forwarded")
		return model.Alert{}
	}
}

func TestForwarding(t *testing.T) {
	t.Parallel()
	o := newOther(t)
	o.broken.Store(true)
	w := newWorld(t, "", func(w *world) { w.conf.Forward = []string{o.URL + "/"} })
	w.fire(named("Dead", "job", "a"))
	a := w.comes("Dead", "waits", func(a *alarm.Alarm) bool { return strings.Contains(a.Reason, "forwarded") })
	if a.Outcome != alarm.Waiting {
		t.Errorf("%s: %s", a.Outcome, a.Reason)
	}
	o.broken.Store(false) // it is tried again
	got := o.next(t)
	if got.Labels["alertname"] != "Dead" || got.Annotations["summary"] == "" || time.Until(got.EndsAt) < 3*time.Minute {
		t.Errorf("%+v", got)
	}
	a = w.notified("Dead")
	if e := a.Trail[len(a.Trail)-1]; e.By != "forward/alertmanager[0]" {
		t.Errorf("%+v", e)
	}
	w.stop(named("Dead", "job", "a"))
	if got := o.next(t); time.Until(got.EndsAt) > 0 {
		t.Errorf("%+v has not ended", got)
	}
	w.closed("Dead")
}
