package api

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
	"headroom/storage/fleet"
)

// markData is a mark as it is sent and answered.
type markData struct {
	ID      int64      `json:"id"`
	Path    string     `json:"path"` // id of the node with all below it; empty: all
	From    time.Time  `json:"from"`
	To      time.Time  `json:"to"`
	Kind    string     `json:"kind"`
	Note    string     `json:"note"`
	Who     string     `json:"who"`
	MadeAt  time.Time  `json:"made_at"`
	EndedAt *time.Time `json:"ended_at"`
	EndedBy string     `json:"ended_by"`
}

func (s *Server) markData(m fleet.Mark) markData {
	d := markData{
		ID: m.ID, Path: m.Path.ID(), From: m.From.In(s.Location), To: m.To.In(s.Location), Kind: m.Kind, Note: m.Note,
		Who: m.Who, MadeAt: m.Made.In(s.Location), EndedBy: m.EndedBy,
	}
	if !m.Ended.IsZero() {
		at := m.Ended.In(s.Location)
		d.EndedAt = &at
	}
	return d
}

// marks answers the marks that concern a node, in force unless "all" is asked for,
// the newest first.
func (s *Server) marks(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	path, all := p.path("path"), p.flag("all")
	if p.err != nil {
		return nil, p.err
	}
	have, err := s.Marks.Marks(c.Request.Context())
	if err != nil {
		return nil, err
	}
	out := []markData{}
	for _, m := range slices.Backward(have) {
		concerns := m.Path.Under(path) || path.Under(m.Path)
		if concerns && (m.InForce(time.Time{}) || all != nil && *all) {
			out = append(out, s.markData(m))
		}
	}
	return out, nil
}

// refitData tells what a mark would change, or that it was made or taken away.
type refitData struct {
	Mark   *markData         `json:"mark"`   // that was made
	Refits []analytics.Refit `json:"refits"` // of the mark's node and the largest modules below it; only in a preview
	Nodes  int               `json:"nodes"`  // that the mark concerns; likewise
	Says   string            `json:"says"`   // what becomes of alarms that run; empty: they run on, or none does
}

// endsAlarm is said where a change ends an alarm that runs.
const endsAlarm = "No alarm runs in marked time: the one that runs now ends, and where the load is still outside of its band after the mark a new one may begin."

// refit shows what a mark would change.
func (s *Server) refit(c *gin.Context, more *fleet.Mark, ended int64) (out refitData, err error) {
	out.Refits, out.Nodes, err = s.Capacity.Refit(c.Request.Context(), more, ended)
	if more != nil && slices.ContainsFunc(out.Refits, func(r analytics.Refit) bool { return r.Before.Alarm && !r.After.Alarm }) {
		out.Says = endsAlarm
	}
	return out, err
}

// wanted is a mark to be made.
type wanted struct {
	Path string `json:"path"`
	From string `json:"from"`
	To   string `json:"to"`
	Kind string `json:"kind"`
	Note string `json:"note"`
}

// maxMark is the longest marked interval.
const maxMark = 90 * 24 * time.Hour

// read checks a mark; all its faults are told at once.
func (w *wanted) read(snap *analytics.Snapshot) (m fleet.Mark, err error) {
	var errs []error
	fault := func(name, format string, args ...any) {
		errs = append(errs, errorf(name+": "+format, args...))
	}
	if m.Path, err = fleet.ParseID(w.Path); err != nil {
		fault("path", "%w", err)
	} else if w.Path != "" && snap.Find(w.Path) < 0 {
		fault("path", "%q: %w", w.Path, noNode(snap, w.Path))
	}
	for _, t := range []struct {
		name, text string
		to         *time.Time
	}{{"from", w.From, &m.From}, {"to", w.To, &m.To}} {
		if *t.to, err = time.Parse(time.RFC3339, t.text); err != nil {
			fault(t.name, "want a time as 2006-01-02T15:04:05+08:00, got %q", t.text)
		} else if year := t.to.Year(); year < 1970 || year > 9998 { // beyond, another zone's may not be told in JSON
			fault(t.name, "want a time of the years 1970 to 9998, got %q", t.text)
		}
	}
	if !m.From.IsZero() && !m.To.IsZero() && (!m.From.Before(m.To) || m.To.Sub(m.From) > maxMark) {
		fault("to", "want a time after %s, at most %d days, got %s", w.From, int(maxMark.Hours()/24), w.To)
	}
	if m.Kind = w.Kind; !slices.Contains(fleet.MarkKinds, w.Kind) {
		fault("kind", "want one of %s, got %q", strings.Join(fleet.MarkKinds, ", "), w.Kind)
	}
	if m.Note = strings.TrimSpace(w.Note); len(m.Note) > maxNote {
		fault("note", "has %d bytes; it may have up to %d", len(m.Note), maxNote)
	}
	if len(errs) > 0 {
		return m, &Error{badData, errors.Join(errs...)}
	}
	return m, nil
}

// mark makes a mark, or with "preview" only shows what it would change.
func (s *Server) mark(c *gin.Context) (any, error) {
	snap := s.Capacity.Snapshot()
	if snap == nil {
		return nil, errNoSnapshot
	}
	p := &params{Values: c.Request.URL.Query()}
	preview := p.flag("preview")
	if p.err != nil {
		return nil, p.err
	}
	var w wanted
	if err := readJSON(c, &w); err != nil {
		return nil, err
	}
	m, err := w.read(snap)
	if err != nil {
		return nil, err
	}
	m.Who = s.actor(c, "")
	if preview != nil && *preview {
		return s.refit(c, &m, 0)
	}
	if m, err = s.Marks.Add(c.Request.Context(), m); err != nil {
		return nil, err
	}
	made := s.markData(m)
	return refitData{Mark: &made, Refits: []analytics.Refit{}}, nil
}

// unmark takes a mark away, or with "preview" only shows what that would change.
func (s *Server) unmark(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	preview := p.flag("preview")
	if p.err != nil {
		return nil, p.err
	}
	id, err := strconv.ParseInt(c.Param("mark"), 10, 64)
	if err != nil || id < 1 {
		return nil, badParam("mark", c.Param("mark"), errors.New("want the number of a mark"))
	}
	if preview != nil && *preview {
		return s.refit(c, nil, id)
	}
	return refitData{Refits: []analytics.Refit{}}, s.Marks.End(c.Request.Context(), id, s.actor(c, ""))
}
