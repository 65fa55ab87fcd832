package api

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/analytics/season"
)

const (
	ledgerDays  = 30  // that are shown unless asked for others
	maxLedger   = 400 // days at a time
	worstShown  = 20
	noonHorizon = "12:00"
	nextMinute  = "1m"
)

type ledgerData struct {
	From    string           `json:"from"`
	To      string           `json:"to"`
	Level   float64          `json:"level"`
	Band    float64          `json:"band_level"`
	Note    string           `json:"note"`
	Summary []ledger.Summary `json:"summary"`
	Days    []ledgerDay      `json:"days"`
	Worst   []worstModule    `json:"worst"`
	Entries []ledger.Entry   `json:"entries"`
}

// ledgerDay is how right the forecasts about a day were.
type ledgerDay struct {
	Day     string         `json:"day"`
	Summary ledger.Summary `json:"summary"`
}

type worstModule struct {
	ID      string         `json:"id"`
	Summary ledger.Summary `json:"summary"`
}

// ledger answers past forecasts beside what came.
func (s *Server) ledger(c *gin.Context) (any, error) {
	t, err := s.table(c.Request.Context(), "")
	if err != nil {
		return nil, err
	}
	p := &params{Values: c.Request.URL.Query()}
	q, horizon, limit := s.ledgerQuery(p, t.snap), p.text("horizon"), p.count("limit")
	if p.err != nil {
		return nil, p.err
	}
	data := ledgerData{
		From: season.Date(q.From), To: season.Date(q.To), Level: ledger.Level, Band: ledger.BandLevel,
		Worst: []worstModule{}, Entries: []ledger.Entry{},
	}
	var all ledger.Tally
	days := map[string]*ledger.Tally{}
	for _, part := range ledgerParts(q, t.snap) {
		entries, err := s.Ledger.Entries(c.Request.Context(), part)
		if err != nil {
			return nil, err
		}
		if horizon != "" {
			entries = slices.DeleteFunc(entries, func(e ledger.Entry) bool { return e.Horizon != horizon })
		}
		for i := range entries {
			all.Add(&entries[i])
		}
		addDays(days, entries, cmp.Or(q.Task, ledger.Peak), horizon)
		if q.Node {
			data.Entries = append(data.Entries, entries...)
			continue
		}
		data.Worst = append(data.Worst, worst(entries, cmp.Or(q.Task, ledger.Peak), horizon)...)
	}
	data.Summary = all.Summaries()
	data.Days = daysOf(days)
	data.Note = ledgerNote(data.Summary)
	if limit < 0 {
		limit = worstShown
	}
	data.Worst = worstFirst(data.Worst, limit)
	return data, nil
}

// ledgerParts divides a query by the nodes right below its path, so that the
// entries of a large fleet are not all held at once.
func ledgerParts(q ledger.Query, snap *analytics.Snapshot) (parts []ledger.Query) {
	for _, n := range snap.Nodes() {
		if !q.Node && !n.Module && n.Level() == len(q.Path) && n.Path.Under(q.Path) {
			part := q
			part.Path = n.Path
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return []ledger.Query{q}
	}
	return parts
}

// ledgerQuery reads the parameters.
func (s *Server) ledgerQuery(p *params, snap *analytics.Snapshot) ledger.Query {
	q := ledger.Query{Path: p.path("path"), Task: p.oneOf("task", "", ledger.Tasks()...)}
	if p.text("module") != "" {
		q.Path, q.Node = p.path("module"), true
	}
	if name := map[bool]string{true: "module", false: "path"}[q.Node]; p.err == nil && len(q.Path) > 0 && snap.Find(q.Path.ID()) < 0 {
		p.fault(name, noNode(snap, q.Path.ID()))
	}
	today, _ := season.NewCalendar(snap.At.Location()).Split(snap.At.Unix())
	q.To = p.day("to", today)
	q.From = p.day("from", q.To-ledgerDays)
	if p.err == nil && (q.From > q.To || q.To-q.From > maxLedger) {
		p.fault("from", errors.New("want a day before the last one, at most 400 days"))
	}
	return q
}

// day reads a day as YYYY-MM-DD, and returns def when the parameter is absent.
func (p *params) day(name string, def int) int {
	v := p.Get(name)
	if v == "" {
		return def
	}
	day, err := season.ParseDate(v)
	if err != nil {
		p.fault(name, errors.New("want a day as "+time.DateOnly))
	}
	return day
}

// ledgerNote says why nothing is scored.
func ledgerNote(all []ledger.Summary) string {
	made := 0
	for _, s := range all {
		made += s.Made
		if s.Scored > 0 {
			return ""
		}
	}
	if made > 0 {
		return "forecasts are written down; those of today's peak are scored after midnight, those of later days when these are over"
	}
	return "nothing is written down yet: today's peak is at 0, 6, 9, 12, 15 and 18 o'clock, growth and orders at 1 o'clock"
}

// looksAt tells whether a forecast is of those that are looked at closer: of a task and
// horizon, those of noon's peaks or the next minute's band unless others are asked for.
func looksAt(e *ledger.Entry, task, horizon string) bool {
	usual := map[string]string{ledger.Peak: noonHorizon, ledger.Band: nextMinute}[task]
	horizon = cmp.Or(horizon, usual)
	return e.Task == task && (horizon == "" || e.Horizon == horizon)
}

// addDays counts the forecasts that are looked at closer by the day that they are about.
func addDays(days map[string]*ledger.Tally, entries []ledger.Entry, task, horizon string) {
	for i := range entries {
		if e := &entries[i]; looksAt(e, task, horizon) {
			if days[e.For] == nil {
				days[e.For] = &ledger.Tally{}
			}
			days[e.For].Add(e)
		}
	}
}

// daysOf returns what was counted of each day, the oldest first; what was replayed is
// apart from what was made in the open.
func daysOf(days map[string]*ledger.Tally) []ledgerDay {
	out := []ledgerDay{}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		for _, s := range days[day].Summaries() {
			out = append(out, ledgerDay{day, s})
		}
	}
	return out
}

// worst returns the modules with their errors.
func worst(entries []ledger.Entry, task, horizon string) (out []worstModule) {
	of := map[string]*ledger.Tally{}
	for i := range entries {
		e := &entries[i]
		if !looksAt(e, task, horizon) {
			continue
		}
		if of[e.ID] == nil {
			of[e.ID] = &ledger.Tally{}
		}
		of[e.ID].Add(e)
	}
	for id, t := range of {
		for _, s := range t.Summaries() {
			if s.Error.Known() || task == ledger.Band && s.Coverage.Known() {
				out = append(out, worstModule{id, s})
			}
		}
	}
	return out
}

// worstFirst returns the first of the modules with the largest errors, of the
// band those with the least coverage.
func worstFirst(all []worstModule, limit int) []worstModule {
	slices.SortFunc(all, func(a, b worstModule) int {
		by := cmp.Compare(b.Summary.Error, a.Summary.Error)
		if a.Summary.Task == ledger.Band {
			by = cmp.Compare(a.Summary.Coverage, b.Summary.Coverage)
		}
		return cmp.Or(by, strings.Compare(a.ID, b.ID), strings.Compare(a.Summary.Horizon, b.Summary.Horizon))
	})
	return all[:min(limit, len(all))]
}
