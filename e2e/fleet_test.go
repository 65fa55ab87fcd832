package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// module is a service of the tests: its load is a function of time, so that
// tests can compute what the table has to show.
type module struct {
	name  string
	nodes int
	base  float64 // percent at the start of the history
	daily float64 // growth in percentage points a day
}

const (
	historyDays = 60
	historyStep = 5 * time.Minute
)

// fleet has a module that grows beyond its machines, one that is flat and one
// that shrinks.
var fleet = []module{
	{"api", 2, 30, 0.4},
	{"render", 1, 35, 0},
	{"mail", 3, 50, -0.2},
}

func (m module) id() string { return "shop/web/" + m.name + "/" + m.name + "-main" }

func (m module) labels(node int) map[string]string {
	return map[string]string{
		"__name__": "headroom_load_percent", "business": "shop", "product": "web",
		"service": m.name, "module": m.name + "-main", "node": fmt.Sprintf("%s-%d", m.name, node),
	}
}

// load is a day with its peak in the evening, steady growth since start, and
// noise that is the same each time it is asked for.
func (m module) load(node int, t, start time.Time) float64 {
	day := t.Sub(start).Hours() / 24
	hour := 2 * math.Pi * (float64(t.Unix()%86400)/3600 - 6) / 24
	random := rand.New(rand.NewPCG(uint64(t.Unix()), uint64(node)+uint64(len(m.name))<<8))
	return math.Round(100*(m.base+m.daily*day+8*math.Sin(hour)+float64(node)+random.NormFloat64())) / 100
}

// history is a piece of one node's past in the format of /api/v1/import.
func (m module) history(node int, start, from, to time.Time) string {
	line := struct {
		Metric     map[string]string `json:"metric"`
		Values     []float64         `json:"values"`
		Timestamps []int64           `json:"timestamps"`
	}{Metric: m.labels(node)}
	for t := from; t.Before(to); t = t.Add(historyStep) {
		line.Values = append(line.Values, m.load(node, t, start))
		line.Timestamps = append(line.Timestamps, t.UnixMilli())
	}
	b, err := json.Marshal(line)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return string(b) + "\n"
}

// importHistory sends the fleet's days before now in random order, and returns
// when they start.
func importHistory(t *testing.T, w *Web, now time.Time) (start time.Time) {
	t.Helper()
	end := now.Truncate(historyStep)
	start = end.AddDate(0, 0, -historyDays)
	var pieces []string
	for _, m := range fleet {
		for node := range m.nodes {
			for from := start; from.Before(end); from = from.AddDate(0, 0, 5) {
				pieces = append(pieces, m.history(node, start, from, minTime(from.AddDate(0, 0, 5), end)))
			}
		}
	}
	rand.Shuffle(len(pieces), func(i, j int) { pieces[i], pieces[j] = pieces[j], pieces[i] })
	for _, p := range pieces {
		if status, body := w.Post("/api/v1/import", p); status != http.StatusNoContent {
			t.Fatalf("import: %d %s", status, body)
		}
	}
	return start
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// text is the fleet's load at a time in Prometheus' text format.
func text(at, start time.Time) string {
	var b strings.Builder
	for _, m := range fleet {
		for node := range m.nodes {
			l := m.labels(node)
			fmt.Fprintf(&b, "headroom_load_percent{business=%q,product=%q,service=%q,module=%q,node=%q} %v %d\n",
				l["business"], l["product"], l["service"], l["module"], l["node"], m.load(node, at, start), at.UnixMilli())
		}
	}
	return b.String()
}

// sendLive sends the fleet's samples every few seconds until the test ends or
// the returned function is called.
func sendLive(t *testing.T, w *Web, start time.Time) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(3 * time.Second)
		defer tick.Stop()
		for {
			if status, body := w.Post("/api/v1/import/prometheus", text(time.Now(), start)); status != http.StatusNoContent && status != 0 {
				t.Errorf("live samples: %d %s", status, body)
			}
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	stop = sync.OnceFunc(func() { close(done); <-ended })
	t.Cleanup(stop)
	return stop
}
