package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Web is a server's HTTP side.
type Web struct {
	URL    string
	Client *http.Client // nil for the default
	t      *testing.T
}

// Do sends a request; a fault of the connection is status 0.
func (w *Web) Do(req *http.Request) (status int, body string) {
	client := w.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(text)
}

// Request makes a request to a path of the server.
func (w *Web) Request(method, path, body string) *http.Request {
	w.t.Helper()
	req, err := http.NewRequest(method, w.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	return req
}

// Get returns the status and the body of a GET.
func (w *Web) Get(path string) (int, string) {
	w.t.Helper()
	return w.Do(w.Request(http.MethodGet, path, ""))
}

// Post returns the status and the body of a POST.
func (w *Web) Post(path, body string) (int, string) {
	w.t.Helper()
	return w.Do(w.Request(http.MethodPost, path, body))
}

// Ask decodes the data of an answer of the API; it tells whether there was one.
func (w *Web) Ask(path string, data any) bool {
	w.t.Helper()
	status, body := w.Get(path)
	if status != http.StatusOK {
		return false
	}
	answer := struct{ Data any }{data}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		w.t.Fatalf("GET %s: %v in %s", path, err, body)
	}
	return true
}

// MustAsk is Ask for what has to be there.
func (w *Web) MustAsk(path string, data any) {
	w.t.Helper()
	if !w.Ask(path, data) {
		status, body := w.Get(path)
		w.t.Fatalf("GET %s: %d %s", path, status, body)
	}
}

// Push stores samples in Prometheus' text format.
func (w *Web) Push(text string) {
	w.t.Helper()
	if status, body := w.Post("/api/v1/import/prometheus", text); status != http.StatusNoContent {
		w.t.Fatalf("push: %d %s", status, body)
	}
}

// Vector is the answer of an instant query: the value of each series.
type Vector []struct {
	Metric map[string]string
	Value  sample
}

// sample is a pair of Unix seconds and a number in quotes.
type sample struct{ at, value float64 }

func (s *sample) UnmarshalJSON(b []byte) error {
	var pair [2]any
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	at, isNumber := pair[0].(float64)
	text, isText := pair[1].(string)
	if !isNumber || !isText {
		return fmt.Errorf("sample %s is no pair of time and text", b)
	}
	v, err := strconv.ParseFloat(text, 64)
	s.at, s.value = at, v
	return err
}

// Query evaluates PromQL at a time; the zero time is now.
func (w *Web) Query(promql string, at time.Time) Vector {
	w.t.Helper()
	params := url.Values{"query": {promql}}
	if !at.IsZero() {
		params.Set("time", strconv.FormatInt(at.Unix(), 10))
	}
	var data struct{ Result Vector }
	w.MustAsk("/api/v1/query?"+params.Encode(), &data)
	return data.Result
}

// Number is the value of a query that finds one series, and whether it does.
func (w *Web) Number(promql string, at time.Time) (float64, bool) {
	w.t.Helper()
	if v := w.Query(promql, at); len(v) == 1 {
		return v[0].Value.value, true
	}
	return 0, false
}

// Row is a line of the warning table; a null is nil.
type Row struct {
	ID                       string
	Path                     []string
	Devices, Silent          *float64
	At                       time.Time
	Load, Mean, Lower, Upper *float64
	Deviates                 bool
	Score                    *float64
	PeakToday                struct{ Value, Lower, Upper *float64 } `json:"peak_today"`
	State, Reason, Note      string
	Processes, Requests      *float64
	BusySeconds              *float64 `json:"busy_seconds"`
}

// Rows returns the warning table by id; empty while there is none.
func (w *Web) Rows(params string) map[string]Row {
	w.t.Helper()
	var rows []Row
	w.Ask("/api/v1/warnings"+params, &rows)
	byID := map[string]Row{}
	for _, r := range rows {
		byID[r.ID] = r
	}
	return byID
}

// Growth is a line of the growth table.
type Growth struct {
	ID               string
	SlopePerDay      *float64 `json:"slope_per_day"`
	TargetLoad       *float64 `json:"target_load"`
	Devices          *float64
	DevicesNeeded    *float64                 `json:"devices_needed"`
	DevicesToRequest *float64                 `json:"devices_to_request"`
	PeakAtHorizon    struct{ Value *float64 } `json:"peak_at_horizon"`
	PeakAtRisk       *float64                 `json:"peak_at_risk"`
	State, Reason    string
}

// Orders returns the growth table by id.
func (w *Web) Orders() map[string]Growth {
	w.t.Helper()
	var lines []Growth
	w.Ask("/api/v1/growth", &lines)
	byID := map[string]Growth{}
	for _, g := range lines {
		byID[g.ID] = g
	}
	return byID
}

// Ready tells whether the server can answer.
func (w *Web) Ready() bool {
	status, _ := w.Get("/-/ready")
	return status == http.StatusOK
}

// known tells whether all numbers are there.
func known(numbers ...*float64) bool {
	for _, n := range numbers {
		if n == nil {
			return false
		}
	}
	return true
}
