package main

import (
	"encoding/json"
	"net/http"
	"sync"
)

// sink takes the webhooks of a server, in version 4 of Alertmanager's format.
type sink struct {
	mu   sync.Mutex // protects the fields below
	now  func() Seconds
	told []Notification
}

// begin forgets what was told before.
func (s *sink) begin(now func() Seconds) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.told = now, []Notification{}
}

// end returns what was told.
func (s *sink) end() []Notification {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told
}

// ServeHTTP implements [http.Handler].
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var hook struct {
		Alerts []struct {
			Status string            `json:"status"`
			Labels map[string]string `json:"labels"`
		} `json:"alerts"`
	}
	if err := json.NewDecoder(r.Body).Decode(&hook); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := Notification{At: s.now()}
	for _, a := range hook.Alerts {
		n.Alarms = append(n.Alarms, Told{a.Labels, a.Status == "resolved"})
	}
	s.told = append(s.told, n)
}
