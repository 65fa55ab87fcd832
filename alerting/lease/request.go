package lease

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"

	"headroom/internal/faults"
	"headroom/internal/matchers"
	"headroom/storage/fleet"
)

// Request is what a change run asks for. Empty values mean the configured ones.
type Request struct {
	Run      string   `json:"run"` // asked for again while its lease is open, a run gets the same one
	Kind     string   `json:"kind"`
	Who      string   `json:"who"`
	Note     string   `json:"note"`
	Nodes    []string `json:"nodes"`
	Paths    []string `json:"paths"`
	Effect   []string `json:"effect"`
	Expected *int     `json:"expected"` // nil: learned from past runs of the kind
	TTL      string   `json:"ttl"`
	Limit    string   `json:"limit"` // of the whole length
	Grace    string   `json:"grace"`
}

// Limits of a request.
const (
	MaxNodes    = 20_000
	MaxPaths    = 1_000
	MaxEffect   = 64
	MaxExpected = 100_000
	MaxText     = 500 // bytes of a text
)

// scope is where a lease lies and which alarms it expects there.
type scope struct {
	nodes  map[string]bool
	paths  []fleet.Path
	effect []labels.Matchers
}

// contains tells whether the scope has a place. What is not known of a place is
// not in a scope that asks for it.
func (s *scope) contains(node string, path fleet.Path) bool {
	if len(s.nodes) > 0 && !s.nodes[node] {
		return false
	}
	for _, p := range s.paths {
		if path.Under(p) {
			return true
		}
	}
	return len(s.paths) == 0
}

func (s *scope) expects(set model.LabelSet) bool {
	for _, ms := range s.effect {
		if ms.Matches(set) {
			return true
		}
	}
	return len(s.effect) == 0
}

// draft is a lease that is not open yet.
type draft struct {
	Lease
	scope
	limit time.Duration
}

// read checks a request. All its faults are told at once, as [faults.List].
func (r *Request) read(def Defaults) (d draft, err error) {
	var bad faults.List
	d.Lease = Lease{Run: r.Run, Kind: r.Kind, Who: r.Who, Note: strings.TrimSpace(r.Note), Nodes: r.Nodes, Paths: r.Paths, Effect: r.Effect, Firing: []Hidden{}}
	for _, text := range []struct{ field, value string }{{"run", r.Run}, {"kind", r.Kind}, {"who", r.Who}, {"note", r.Note}} {
		checkText(&bad, text.field, text.value)
	}
	if r.Kind == "" {
		bad.Add("kind", "want the kind of change, as deploy")
	}
	if len(r.Nodes)+len(r.Paths) == 0 {
		bad.Add("nodes", "want the nodes or the paths that the change touches, got none")
	}
	d.readScope(&bad, r)
	if r.Expected != nil {
		d.Expected, d.Basis = *r.Expected, "given by the run"
		if *r.Expected < 0 || *r.Expected > MaxExpected {
			bad.Add("expected", "want 0 to %d alarms, got %d", MaxExpected, *r.Expected)
		}
	}
	d.TTL = duration(&bad, "ttl", r.TTL, def.TTL, MinTTL, MaxTTL)
	d.Grace = duration(&bad, "grace", r.Grace, def.Grace, 0, MaxGrace)
	d.limit = time.Duration(duration(&bad, "limit", r.Limit, def.Limit, MinLimit, MaxLimit))
	return d, bad.Err()
}

// Bounds of the durations.
const (
	MinTTL, MaxTTL     = 10 * time.Second, time.Hour
	MaxGrace           = 30 * time.Minute
	MinLimit, MaxLimit = time.Minute, 7 * 24 * time.Hour
)

func (s *scope) readScope(bad *faults.List, r *Request) {
	s.nodes = make(map[string]bool, len(r.Nodes))
	for i, node := range r.Nodes {
		if node == "" {
			bad.Add(fmt.Sprintf("nodes[%d]", i), "want the name of a node, got none")
		}
		checkText(bad, fmt.Sprintf("nodes[%d]", i), node)
		s.nodes[node] = true
	}
	for i, id := range r.Paths {
		path, err := fleet.ParseID(id)
		if err == nil && len(path) == 0 {
			err = fmt.Errorf("a change does not touch the whole fleet")
		}
		if err != nil {
			bad.Add(fmt.Sprintf("paths[%d]", i), "want a node of the business tree as Qzone/WNS, got %q: %v", id, err)
		}
		s.paths = append(s.paths, path)
	}
	for i, text := range r.Effect {
		ms, err := matchers.Parse(text)
		if err != nil {
			bad.Add(fmt.Sprintf("effect[%d]", i), "%v", err)
		}
		s.effect = append(s.effect, ms)
	}
	for _, list := range []struct {
		field     string
		have, max int
	}{{"nodes", len(r.Nodes), MaxNodes}, {"paths", len(r.Paths), MaxPaths}, {"effect", len(r.Effect), MaxEffect}} {
		if list.have > list.max {
			bad.Add(list.field, "has %d items; it may have up to %d", list.have, list.max)
		}
	}
}

func checkText(bad *faults.List, field, text string) {
	if len(text) > MaxText {
		bad.Add(field, "has %d bytes; it may have up to %d", len(text), MaxText)
	} else if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		bad.Add(field, "want a text in one line, got %q", text)
	}
}

func duration(bad *faults.List, field, text string, def, low, high time.Duration) model.Duration {
	if text == "" {
		return model.Duration(def)
	}
	d, err := model.ParseDuration(text)
	if err != nil || time.Duration(d) < low || time.Duration(d) > high {
		bad.Add(field, "want a duration from %s to %s, got %q", model.Duration(low), model.Duration(high), text)
	}
	return d
}

// revive rebuilds the scope of a lease that was kept.
func revive(l *Lease) (scope, error) {
	var bad faults.List
	var s scope
	s.readScope(&bad, &Request{Nodes: l.Nodes, Paths: l.Paths, Effect: l.Effect})
	return s, bad.Err()
}
