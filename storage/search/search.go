package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Query is what is looked for.
type Query struct {
	Text   string   // words, all of which have to match; in quotes they follow one another
	Kinds  []string // empty: all
	Path   string   // id of a node of the business tree: only what is about it or what lies below; empty: all
	Limit  int      // 0: 20
	Offset int
}

// MaxResults is how far results can be turned over, and up to where they are counted.
const MaxResults = 1000

// Hit is a document that was found.
type Hit struct {
	Document        // without Text
	Snippet  string // of the text, with [Begin] and [End] around words that were asked for
}

// Result is what was found, the best first: whose id it is, then what has all words in
// its title or id, then the others; among equal ones those of no time, the shortest
// title first, then the newest.
type Result struct {
	Hits  []Hit
	More  bool
	Kinds map[string]int // how many of each kind match, whatever kinds were asked for; up to MaxResults+1
}

// Search looks for documents. A text without any word finds nothing.
func (x *Index) Search(ctx context.Context, q Query) (Result, error) {
	s := x.newSeeker(ctx, q)
	if len(s.phrases) == 0 {
		return Result{Hits: []Hit{}, Kinds: map[string]int{}}, nil
	}
	err := s.lookUp()
	var r Result
	if err == nil {
		r, err = s.result(q)
	}
	if err != nil {
		return Result{}, fmt.Errorf("search for %.100q: %w", q.Text, err)
	}
	return r, nil
}

// columns of a table in which words are looked for.
var columns = map[string]string{"words": "title text", "titles": "title"}

// seeker looks for one query.
type seeker struct {
	*Index
	ctx      context.Context
	phrases  []phrase
	text     string // as it was typed
	node     string // as FTS5 has it; empty: any
	path     string
	numbers  map[string]int // of all kinds
	selected []string
}

func (x *Index) newSeeker(ctx context.Context, q Query) *seeker {
	x.mu.Lock()
	numbers := maps.Clone(x.kinds)
	x.mu.Unlock()
	s := &seeker{Index: x, ctx: ctx, text: strings.TrimSpace(q.Text), phrases: parse(q.Text), path: q.Path, numbers: numbers}
	if q.Path != "" {
		s.node = " AND {nodes} : " + `"` + nodeWord(q.Path) + `"`
	}
	for _, kind := range slices.Sorted(maps.Keys(numbers)) {
		if len(q.Kinds) == 0 || slices.Contains(q.Kinds, kind) {
			s.selected = append(s.selected, kind)
		}
	}
	return s
}

func (s *seeker) result(q Query) (Result, error) {
	offset, limit := min(max(q.Offset, 0), MaxResults), q.Limit
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, MaxResults-offset)
	found, counts, err := s.find()
	if err != nil {
		return Result{}, err
	}
	places, err := s.ranked(found, offset+limit+1)
	if err != nil {
		return Result{}, err
	}
	r := Result{Hits: []Hit{}, Kinds: counts, More: len(places) > offset+limit}
	for _, at := range places[min(offset, len(places)):min(offset+limit, len(places))] {
		h, err := s.hit(at)
		if errors.Is(err, sql.ErrNoRows) {
			continue // was removed meanwhile
		}
		if err != nil {
			return Result{}, err
		}
		r.Hits = append(r.Hits, h)
	}
	return r, nil
}

// find returns the first documents of each kind that match, up to MaxResults+1 of each,
// as if there were no titles; and how many there are of each kind, selected or not.
func (s *seeker) find() (found []place, counts map[string]int, err error) {
	counts = map[string]int{}
	for kind := range s.numbers {
		of, err := s.first("words", kind, MaxResults+1)
		if err != nil {
			return nil, nil, err
		}
		if len(of) > 0 {
			counts[kind] = len(of)
		}
		if slices.Contains(s.selected, kind) {
			found = append(found, of...)
		}
	}
	slices.SortFunc(found, byOrder)
	return found, counts, nil
}

// ranked puts first whose id was typed, then what has all words in its title.
func (s *seeker) ranked(found []place, n int) (all []place, err error) {
	if all, err = s.exact(n); err != nil {
		return nil, err
	}
	titled, err := s.titled(found, n)
	if err != nil {
		return nil, err
	}
	seen := map[place]bool{}
	for _, p := range all {
		seen[p] = true
	}
	for _, p := range append(titled, found...) {
		if !seen[p] {
			seen[p], all = true, append(all, p)
		}
	}
	return all[:min(n, len(all))], nil
}

// titled are those that have all words in their title or id. Few are looked at one by
// one; of many the index knows the first.
func (s *seeker) titled(found []place, n int) (all []place, err error) {
	if len(found) > MaxResults {
		for _, kind := range s.selected {
			of, err := s.first("titles", kind, n)
			if err != nil {
				return nil, err
			}
			all = append(all, of...)
		}
		slices.SortFunc(all, byOrder)
		return all, nil
	}
	ask, err := s.prepared(s.ctx, `SELECT id, title FROM docs WHERE place = $1`)
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		var id, title string
		err := ask.QueryRowContext(s.ctx, p).Scan(&id, &title)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if matches(title+" "+id, s.phrases) {
			all = append(all, p)
		}
	}
	return all, nil
}

// exact finds the documents whose id was typed.
func (s *seeker) exact(n int) ([]place, error) {
	all, err := s.list(`SELECT place FROM docs WHERE folded = $1 ORDER BY place LIMIT $2`, strings.ToLower(s.text), n)
	return slices.DeleteFunc(all, func(p place) bool {
		return !slices.ContainsFunc(s.selected, func(kind string) bool { return int64(s.numbers[kind]) == p>>kindBit }) || s.elsewhere(p)
	}), err
}

// elsewhere tells whether a document is about another node than was asked for.
func (s *seeker) elsewhere(p place) bool {
	if s.path == "" {
		return false
	}
	var path string
	err := s.sql.QueryRowContext(s.ctx, `SELECT path FROM docs WHERE place = $1`, p).Scan(&path)
	return err != nil || path != s.path && !strings.HasPrefix(path, s.path+"/")
}

// first finds the first n documents of a kind that match in a table: those of no time,
// then those of a time from the newest on.
func (s *seeker) first(table, kind string, n int) ([]place, error) {
	text := match(s.phrases, columns[table]) + s.node
	low := int64(s.numbers[kind]) << kindBit
	timed, high := low|1<<timedBit, low+1<<kindBit
	all, err := s.list(`SELECT rowid FROM `+table+` WHERE `+table+` MATCH $1 AND rowid >= $2 AND rowid < $3 ORDER BY rowid LIMIT $4`, text, low, timed, n)
	if err != nil || len(all) == n {
		return all, err
	}
	more, err := s.list(`SELECT rowid FROM `+table+` WHERE `+table+` MATCH $1 AND rowid >= $2 AND rowid < $3 ORDER BY rowid DESC LIMIT $4`, text, timed, high, n-len(all))
	return append(all, more...), err
}

func (s *seeker) list(text string, args ...any) (all []place, err error) {
	ask, err := s.prepared(s.ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := ask.QueryContext(s.ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p place
		if err := rows.Scan(&p); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

func (s *seeker) hit(at place) (h Hit, err error) {
	var ms int64
	var text string
	ask, err := s.prepared(s.ctx, `SELECT kind, id, path, title, text, at_ms, url FROM docs WHERE place = $1`)
	if err != nil {
		return h, err
	}
	err = ask.QueryRowContext(s.ctx, at).
		Scan(&h.Kind, &h.ID, &h.Path, &h.Title, &text, &ms, &h.URL)
	if ms != 0 {
		h.At = time.UnixMilli(ms).UTC()
	}
	h.Snippet = snippet(text, s.phrases)
	return h, err
}
