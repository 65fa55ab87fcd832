package api

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"headroom/analytics"
	"headroom/internal/phrases"
	"headroom/storage/state"
)

// maxKept bounds the answers that are kept for one snapshot, in bytes.
const maxKept = 32 << 20

// lineSize is about how many bytes of JSON a line takes.
const lineSize = 800

// table is a snapshot with its lines as JSON, made once for all who ask.
type table struct {
	snap  *analytics.Snapshot
	notes map[string]state.Note
	owner func(*analytics.Row) string
	tag   string // ETag

	rows, growth lineSet      // by fleet.Node.Index
	order        func() []int // all lines by path: how equal ones follow each other

	mu   sync.Mutex // protects the fields below
	kept map[string][]byte
	size int
}

func newTable(snap *analytics.Snapshot, notes map[string]state.Note, owner func(*analytics.Row) string, tag string) *table {
	t := &table{snap: snap, notes: notes, owner: owner, tag: tag, kept: map[string][]byte{}}
	t.rows = newLineSet(len(snap.Rows), func(w *lineWriter, i int) { w.row(t.row(i)) })
	t.growth = newLineSet(len(snap.Growth), func(w *lineWriter, i int) { w.growth(&snap.Growth[i]) })
	t.order = sync.OnceValue(func() []int {
		index := make([]int, len(snap.Rows))
		for i := range index {
			index[i] = i
		}
		sortBy(index, func(i int) *analytics.Row { return &snap.Rows[i] }, rowColumns["path"], false)
		return index
	})
	return t
}

// tagIn is the tag of the answers in a language; empty if they have none.
func (t *table) tagIn(language string) string {
	if t.tag == "" || language == phrases.English {
		return t.tag
	}
	return strings.TrimSuffix(t.tag, `"`) + "-" + language + `"`
}

// row returns the row at i with note and owner as they are now.
func (t *table) row(i int) *analytics.Row {
	row := t.snap.Rows[i]
	row.Owner = t.owner(&row)
	if note, ok := t.notes[row.ID]; ok {
		at := note.At.In(t.snap.At.Location())
		row.Note, row.NoteBy, row.NoteAt = note.Text, note.Who, &at
	}
	return &row
}

// lineSet has the lines of a table as JSON: all of them are made with the first
// question for many, so that a page's first rows need not wait for that.
type lineSet struct {
	write func(*lineWriter, int)
	all   func() [][]byte
}

// fewLines is up to how many lines are made for one question alone.
const fewLines = 100

func newLineSet(n int, write func(*lineWriter, int)) lineSet {
	return lineSet{write, sync.OnceValue(func() [][]byte { return lines(n, write) })}
}

// at returns the lines at the given indices.
func (s *lineSet) at(index []int) [][]byte {
	if len(index) <= fewLines {
		return lines(len(index), func(w *lineWriter, n int) { s.write(w, index[n]) })
	}
	all, chosen := s.all(), make([][]byte, len(index))
	for n, i := range index {
		chosen[n] = all[i]
	}
	return chosen
}

// lines returns the JSON of each line; all share one piece of memory.
func lines(n int, write func(*lineWriter, int)) [][]byte {
	out, ends := make([][]byte, n), make([]int, n)
	w, all := lineWriter{}, make([]byte, 0, n*lineSize)
	for i := range n {
		w.b = w.b[:0]
		write(&w, i)
		all = append(all, w.b...)
		ends[i] = len(all)
	}
	start := 0
	for i, end := range ends {
		out[i] = all[start:end:end]
		start = end
	}
	return out
}

// keep returns the answer under key, making it if it is not kept yet.
func (t *table) keep(key string, make func() ([]byte, error)) ([]byte, error) {
	t.mu.Lock()
	b, ok := t.kept[key]
	t.mu.Unlock()
	if ok {
		return b, nil
	}
	b, err := make()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.kept[key]; !ok && t.size+len(b) <= maxKept {
		t.kept[key] = b
		t.size += len(b)
	}
	return b, nil
}

// tables holds the tables of the newest snapshot, by model.
type tables struct {
	mu      sync.Mutex // protects the fields below
	snap    *analytics.Snapshot
	current map[string]*table
	made    int // tables so far
	started time.Time
}

// table returns the newest snapshot's table, with the notes as they are now; an
// empty model is the configured one.
func (s *Server) table(ctx context.Context, model string) (*table, error) {
	snap := s.Capacity.Snapshot()
	if snap == nil {
		return nil, errNoSnapshot
	}
	of, err := snap.Of(model)
	if err != nil {
		return nil, err
	}
	t := &s.tables
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.snap != snap {
		t.snap, t.current = snap, map[string]*table{}
	}
	if have := t.current[of.Model]; have != nil {
		return have, nil
	}
	notes, err := s.Notes.Notes(ctx)
	if err != nil {
		return nil, err
	}
	if t.made == 0 {
		t.started = time.Now()
	}
	t.made++
	made := newTable(of, notes, s.owner, fmt.Sprintf(`W/"%x-%x"`, t.started.UnixNano(), t.made))
	t.current[of.Model] = made
	return made, nil
}

// forget has the next reader make the table anew, with a changed note.
func (s *Server) forget() {
	s.tables.mu.Lock()
	defer s.tables.mu.Unlock()
	s.tables.snap = nil
}

// tableAt returns the table that a request asks for by "at" and "model".
func (s *Server) tableAt(ctx context.Context, p *params) (*table, error) {
	at, model := p.time("at"), p.text("model")
	if p.err != nil {
		return nil, p.err
	}
	if at.IsZero() {
		return s.table(ctx, model)
	}
	snap, err := s.Capacity.At(ctx, at, model)
	if err != nil {
		return nil, err
	}
	notes, err := s.Notes.Notes(ctx)
	if err != nil {
		return nil, err
	}
	return newTable(snap, notes, s.owner, ""), nil
}
