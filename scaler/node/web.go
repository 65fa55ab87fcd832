package node

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"time"

	"headroom/scaler/node/balance"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

const (
	webTimeout = 10 * time.Second // of one request; nobody keeps the daemon waiting
	webAtOnce  = 64               // connections; more wait in the kernel's queue
)

// serve answers who looks at this node alone. All of it is for reading.
func (d *Daemon) serve(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	mux.HandleFunc("GET /-/ready", d.ready)
	mux.HandleFunc("GET /metrics", d.metrics)
	mux.HandleFunc("GET /workers", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, d.Table()) })
	mux.HandleFunc("GET /slices", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, shown(d.weights.newest())) })
	mux.HandleFunc("GET /connections/{worker}", d.connections)
	mux.HandleFunc("GET /proxies", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, d.proxies()) })
	server := &http.Server{Handler: mux, ReadTimeout: webTimeout, WriteTimeout: webTimeout, IdleTimeout: webTimeout, MaxHeaderBytes: 16 << 10}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(atMost(webAtOnce, d.web)); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// ready tells whether the node works on a desired state.
func (d *Daemon) ready(w http.ResponseWriter, _ *http.Request) {
	if version := d.inForce.version(); version != "" {
		fmt.Fprintln(w, "ready, working on", version)
		return
	}
	http.Error(w, "not ready: no desired state is known yet", http.StatusServiceUnavailable)
}

// connections shows the TCP connections of a worker as they are now.
func (d *Daemon) connections(w http.ResponseWriter, r *http.Request) {
	all, err := d.measure.Connections(r.PathValue("worker"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, all)
}

// proxies tells how well each proxy of this machine is kept up to date.
func (d *Daemon) proxies() []balance.ProxyStatus {
	if d.follower == nil {
		return []balance.ProxyStatus{}
	}
	return d.follower.Status()
}

// Table is how a node is, for people.
type Table struct {
	Node    string        `json:"node"`
	Version string        `json:"version"` // of the daemon
	Have    string        `json:"have"`    // the version of the desired state; empty: none
	Unsaved bool          `json:"unsaved"` // it is not on disk
	Server  string        `json:"server"`  // how the talk with the server goes
	Workers []wire.Status `json:"workers"`
}

// Table tells how the node is.
func (d *Daemon) Table() Table {
	return Table{
		Node: d.o.Settings.Node.Name, Version: d.o.Version, Have: d.inForce.version(), Unsaved: d.store.unsaved(),
		Server: d.talk(time.Now()), Workers: d.statuses(),
	}
}

func (d *Daemon) talk(now time.Time) string {
	if d.client == nil {
		return "none; the desired state is in " + d.o.DesiredFile
	}
	s := d.client.Stats()
	text := "no answer yet"
	if !s.Last.IsZero() {
		text = "last answer " + now.Sub(s.Last).Round(time.Second).String() + " ago"
	}
	if s.Fault != "" {
		text += ", then: " + s.Fault
	}
	return text
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.Encode(v) // who asked has hung up, if that fails
}

// slice is a time slice as it is shown: what is not known is null.
type slice struct {
	At                      time.Time
	Requests, Busy, Latency *float64

	Connections, Pending, Unread, UnreadShare *float64
	RTT, Retransmits                          *float64
	Throttled, ThrottledShare                 *float64
}

func shown(slices map[string]worker.Slice) map[string]slice {
	all := make(map[string]slice, len(slices))
	for id, s := range slices {
		all[id] = slice{
			At: s.At, Requests: known(s.Requests), Busy: known(s.Busy), Latency: known(s.Latency),
			Connections: known(s.Connections), Pending: known(s.Pending), Unread: known(s.Unread), UnreadShare: known(s.UnreadShare),
			RTT: known(s.RTT), Retransmits: known(s.Retransmits), Throttled: known(s.Throttled), ThrottledShare: known(s.ThrottledShare),
		}
	}
	return all
}

func known(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
