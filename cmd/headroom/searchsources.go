package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/storage/fleet"
	"headroom/storage/search"
	"headroom/storage/state"
)

// moduleSet are the nodes of the business tree with their facts and notes.
type moduleSet struct {
	tree  *fleet.Tree
	view  func() *fleet.View
	notes func(context.Context) (map[string]state.Note, error)
	began time.Time // of this server: views are told apart only by it

	mu    sync.Mutex // protects the fields below
	last  *fleet.View
	views int
}

// Kind implements search.Set.
func (m *moduleSet) Kind() string { return "module" }

// Version implements search.Set.
func (m *moduleSet) Version(ctx context.Context) (string, error) {
	notes, err := m.notes(ctx)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, id := range slices.Sorted(maps.Keys(notes)) {
		fmt.Fprintf(sum, "%q %q\n", id, notes[id].Text)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.view(); v != m.last {
		m.last, m.views = v, m.views+1
	}
	return fmt.Sprintf("%x %d %d %s", m.began.UnixNano(), m.views, len(m.tree.Nodes()), hex.EncodeToString(sum.Sum(nil))), nil
}

// Documents implements search.Set.
func (m *moduleSet) Documents(ctx context.Context) (docs []search.Document, err error) {
	notes, err := m.notes(ctx)
	if err != nil {
		return nil, err
	}
	view := m.view()
	ids := slices.Clone(view.IDs())
	for _, n := range m.tree.Nodes() {
		ids = append(ids, n.ID)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		docs = append(docs, search.Document{Kind: "module", ID: id, Path: id, Title: nameOf(id), Text: factLines(view.Facts(id), notes[id].Text), URL: modulePage(id)})
	}
	return docs, nil
}

// modulePage is the address of a node's page, in which each name is encoded once more.
func modulePage(id string) string {
	names := strings.Split(id, "/")
	for i := range names {
		names[i] = url.PathEscape(names[i])
	}
	return "/module/" + strings.Join(names, "/")
}

// nameOf is an id with its names as people write them.
func nameOf(id string) string {
	path, err := fleet.ParseID(id)
	if err != nil {
		return id
	}
	return strings.Join(path, "/")
}

// factLines are the facts and the note of a node, a line for each.
func factLines(f fleet.Facts, note string) string {
	fields := f.Fields()
	names := slices.Collect(maps.Keys(fields))
	fleet.SortFields(names)
	var lines []string
	for _, name := range names {
		lines = append(lines, name+": "+strings.ReplaceAll(fields[name], "\n", ", "))
	}
	if note != "" {
		lines = append(lines, "note: "+note)
	}
	return strings.Join(lines, "\n")
}

// alarmSource are the alarms of the state database, those that rang and then those that
// are over.
type alarmSource struct {
	table state.Alarms
	now   func() time.Time
}

// Name implements search.Source.
func (s alarmSource) Name() string { return "alarm" }

// Changed implements search.Source.
func (s alarmSource) Changed(ctx context.Context, since string, limit int) ([]search.Document, string, error) {
	return changed(since, limit, s.now(), episodes[state.Alarm]{
		since: func(ended bool, at time.Time, id string, limit int) ([]state.Alarm, error) {
			moment := state.AlarmReceived
			if ended {
				moment = state.AlarmClosed
			}
			return s.table.Since(ctx, moment, at, id, limit)
		},
		place:    func(a *state.Alarm) (id string, came, ended time.Time) { return a.ID, a.Received, a.Closed },
		document: alarmDocument,
	})
}

// alarmDocument is an alarm as it is found: by its labels, what its sender said, where it
// rings and what became of it.
func alarmDocument(row state.Alarm) (search.Document, error) {
	var a alarm.Alarm
	if err := json.Unmarshal(row.Data, &a); err != nil {
		return search.Document{}, fmt.Errorf("read alarm %s: %w", row.ID, err)
	}
	d := search.Document{Kind: "alarm", ID: row.ID, Path: row.Path, At: row.Received, URL: "/alarms/" + url.PathEscape(row.ID)}
	d.Title = strings.TrimSpace(a.Kind() + " " + a.Facts.Node)
	var lines []string
	for _, name := range []model.LabelName{"summary", "description", "message"} {
		if text := a.Annotations[name]; text != "" {
			lines = append(lines, string(text))
		}
	}
	lines = append(lines, nameOf(row.Path), a.Facts.Owner, string(a.Outcome)+": "+a.Reason)
	for _, name := range slices.Sorted(maps.Keys(a.Labels)) {
		lines = append(lines, string(name)+"="+string(a.Labels[name]))
	}
	if a.Cause != nil {
		lines = append(lines, a.Cause.Component.String())
	}
	if a.AckedBy != "" {
		lines = append(lines, "acknowledged by "+a.AckedBy)
	}
	d.Text = strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n")
	return d, nil
}
