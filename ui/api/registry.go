package api

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
	"headroom/ingest/registry"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// Registry answers what is known of modules, and takes what people set.
type Registry interface {
	View() *fleet.View
	States() []registry.State
	// Edit sets facts; nil takes back what a person set, an empty text says that there
	// is none.
	Edit(ctx context.Context, id string, fields map[string]*string, who, why string) error
	Events(ctx context.Context, q state.RegistryEventQuery) ([]fleet.FactChange, error)
	// Runbook returns the text of a file of the runbooks' directory; an error if it
	// cannot be read.
	Runbook(name string) (string, error)
}

// registrySource is how a source does.
type registrySource struct {
	Name     string     `json:"name"`
	Kind     string     `json:"kind"`
	State    string     `json:"state"`
	Nodes    int        `json:"nodes"`
	ReadAt   *time.Time `json:"read_at"`
	LookedAt *time.Time `json:"looked_at"`
	Age      *float64   `json:"age_seconds"` // since it was read well; null: never
	Problem  string     `json:"problem"`
}

func (s *Server) registrySources() []registrySource {
	all := []registrySource{}
	for _, st := range s.Registry.States() {
		d := registrySource{Name: st.Name, Kind: st.Kind, State: st.State, Nodes: st.Nodes, ReadAt: s.timeOrNull(st.Read), LookedAt: s.timeOrNull(st.Looked), Problem: st.Problem}
		if !st.Read.IsZero() {
			age := s.Now().Sub(st.Read).Round(time.Second).Seconds()
			d.Age = &age
		}
		all = append(all, d)
	}
	return all
}

// registryNode is a node in the list.
type registryNode struct {
	fleet.Facts
	InTree    bool `json:"in_tree"` // loads come from it
	Own       bool `json:"own"`     // something was declared for it itself
	Conflicts int  `json:"conflicts"`
}

type registryList struct {
	Sources   []registrySource `json:"sources"`
	Nodes     []registryNode   `json:"nodes"`
	More      bool             `json:"more"`
	Conflicts int              `json:"conflicts"` // in the whole registry
	Faults    int              `json:"faults"`    // of dependencies, likewise
}

// registry answers what is known of the modules below a node, and of each node of
// which something was declared.
func (s *Server) registry(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	path, search, limit, offset := p.path("path").ID(), strings.ToLower(p.text("q")), p.limit(), p.whole("offset", 0, 10_000_000)
	if p.err != nil {
		return nil, p.err
	}
	v := s.Registry.View()
	conflicts := map[string]int{}
	for _, o := range v.Conflicts() {
		conflicts[o.ID]++
	}
	list := registryList{Sources: s.registrySources(), Nodes: []registryNode{}, Conflicts: len(v.Conflicts()), Faults: len(v.DependencyFaults(s.inTree))}
	for _, id := range s.registryIDs(v) {
		if !below(id, path) {
			continue
		}
		facts := v.Facts(id)
		if search != "" && !mentions(facts, search) {
			continue
		}
		if offset--; offset >= 0 {
			continue
		}
		if list.More = len(list.Nodes) == limit; list.More {
			break
		}
		list.Nodes = append(list.Nodes, registryNode{facts, s.inTree(id), v.Own(id) != nil, conflicts[id]})
	}
	return list, nil
}

// registryIDs are the modules of the table and what was declared, in order.
func (s *Server) registryIDs(v *fleet.View) []string {
	ids := slices.Clone(v.IDs())
	if snap := s.Capacity.Snapshot(); snap != nil {
		for i := range snap.Rows {
			if r := &snap.Rows[i]; len(r.Path) == len(snap.Levels) {
				ids = append(ids, r.ID)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// inTree tells whether loads come from a node.
func (s *Server) inTree(id string) bool {
	snap := s.Capacity.Snapshot()
	return snap != nil && snap.Find(id) >= 0
}

// below tells whether an id is path or lies below it; all do below the empty one.
func below(id, path string) bool {
	return path == "" || id == path || strings.HasPrefix(id, path+"/")
}

// mentions tells whether a text in small letters is in a node's id or facts.
func mentions(f fleet.Facts, text string) bool {
	if strings.Contains(strings.ToLower(f.ID), text) {
		return true
	}
	for _, value := range f.Fields() {
		if strings.Contains(strings.ToLower(value), text) {
			return true
		}
	}
	return false
}

// factValue is one fact with where it is from.
type factValue struct {
	Field   string     `json:"field"`
	Value   string     `json:"value"` // of a list: its items, one a line
	Source  string     `json:"source"`
	From    string     `json:"from"`  // id of the node that it was declared for
	Where   string     `json:"where"` // as "modules/qzone.yml:12"
	By      string     `json:"by"`
	Commit  string     `json:"commit"`
	Why     string     `json:"why"`
	Written *time.Time `json:"written_at"`
}

func (s *Server) factValue(v fleet.Value) factValue {
	return factValue{v.Field, v.Value, v.Source, v.From, v.Where, v.By, v.Commit, v.Why, s.timeOrNull(v.At)}
}

// registryRunbook is what to do, as far as it can be read here.
type registryRunbook struct {
	URL     string `json:"url"`     // empty: it is a file
	File    string `json:"file"`    // of the runbooks' directory
	Text    string `json:"text"`    // Markdown
	Problem string `json:"problem"` // why the file cannot be read
}

// factConflict is that sources disagree.
type factConflict struct {
	ID     string      `json:"id"`
	Field  string      `json:"field"`
	Values []factValue `json:"values"` // the one that counts first
}

func (s *Server) factConflict(o fleet.Conflict) factConflict {
	d := factConflict{ID: o.ID, Field: o.Field}
	for _, v := range o.Values {
		d.Values = append(d.Values, s.factValue(v))
	}
	return d
}

type dependencyFault struct {
	ID      string `json:"id"`
	Problem string `json:"problem"`
}

type registryDetail struct {
	Facts     fleet.Facts       `json:"facts"`
	InTree    bool              `json:"in_tree"`
	Values    []factValue       `json:"values"`
	Runbook   *registryRunbook  `json:"runbook"`
	Callers   []string          `json:"callers"` // ids of the nodes that depend on it
	Conflicts []factConflict    `json:"conflicts"`
	Faults    []dependencyFault `json:"faults"`
}

// errUnknownNode means that neither the business tree nor the registry has a node.
var errUnknownNode = errors.New("neither the business tree nor the registry has it")

// registryID reads the id of a route /api/v1/registry/:id/….
func (s *Server) registryID(c *gin.Context) (string, error) {
	id, err := idAfter(c, "/api/v1/registry/")
	if err != nil {
		return "", err
	}
	if !s.inTree(id) && len(s.Registry.View().Of(id)) == 0 {
		return "", &Error{notFound, errorf("%q: %w", id, errUnknownNode)}
	}
	return id, nil
}

func (s *Server) registryNode(c *gin.Context) (any, error) {
	id, err := s.registryID(c)
	if err != nil {
		return nil, err
	}
	return s.registryDetail(id), nil
}

func (s *Server) registryDetail(id string) registryDetail {
	v := s.Registry.View()
	d := registryDetail{
		Facts: v.Facts(id), InTree: s.inTree(id), Values: []factValue{}, Callers: orEmpty(v.Callers(id)),
		Conflicts: []factConflict{}, Faults: []dependencyFault{},
	}
	known := v.Of(id)
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	fleet.SortFields(names)
	for _, name := range names {
		d.Values = append(d.Values, s.factValue(known[name]))
	}
	for _, o := range v.Conflicts() {
		if o.ID == id {
			d.Conflicts = append(d.Conflicts, s.factConflict(o))
		}
	}
	for _, f := range v.DependencyFaults(s.inTree) {
		if f.ID == id {
			d.Faults = append(d.Faults, dependencyFault(f))
		}
	}
	d.Runbook = s.runbook(d.Facts.Runbook)
	return d
}

// runbook reads a runbook of the registry: an address, or a file.
func (s *Server) runbook(ref string) *registryRunbook {
	if ref == "" {
		return nil
	}
	if strings.Contains(ref, "://") {
		return &registryRunbook{URL: ref}
	}
	r := &registryRunbook{File: ref}
	var err error
	if r.Text, err = s.Registry.Runbook(ref); err != nil {
		r.Problem = err.Error()
	}
	return r
}

// registryConflicts are what the sources do not agree about.
type registryConflicts struct {
	Conflicts []factConflict    `json:"conflicts"`
	Faults    []dependencyFault `json:"faults"`
	More      bool              `json:"more"`
}

func (s *Server) registryConflicts(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	path, limit := p.path("path").ID(), p.limit()
	if p.err != nil {
		return nil, p.err
	}
	v := s.Registry.View()
	out := registryConflicts{Conflicts: []factConflict{}, Faults: []dependencyFault{}}
	for _, o := range v.Conflicts() {
		if below(o.ID, path) {
			out.Conflicts = append(out.Conflicts, s.factConflict(o))
		}
	}
	for _, f := range v.DependencyFaults(s.inTree) {
		if below(f.ID, path) {
			out.Faults = append(out.Faults, dependencyFault(f))
		}
	}
	out.More = max(len(out.Conflicts), len(out.Faults)) > limit
	out.Conflicts, out.Faults = out.Conflicts[:min(limit, len(out.Conflicts))], out.Faults[:min(limit, len(out.Faults))]
	return out, nil
}

// owner is who is responsible for a node; empty if nobody is known.
func (s *Server) owner(r *analytics.Row) string {
	if s.Registry == nil {
		return ""
	}
	return s.Registry.View().Text(r.ID, "owner")
}
