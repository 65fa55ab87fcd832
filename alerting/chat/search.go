package chat

import (
	"context"
	"fmt"
	"strings"

	"headroom/storage/fleet"
	"headroom/storage/search"
)

// Finder finds documents by words.
type Finder interface {
	Search(ctx context.Context, q search.Query) (search.Result, error)
}

// found is how many documents an answer names, of so many that are looked at: some may not
// be theirs.
const (
	found   = 8
	mostHit = 200
)

// search names what has all words.
func (s *Service) search(ctx context.Context, p person, c Command) (string, error) {
	if s.Finder == nil {
		return "", refuse("nothing can be searched for here")
	}
	r, err := s.Finder.Search(ctx, search.Query{Text: query(c.Words), Limit: mostHit})
	if err != nil {
		return "", err
	}
	var lines []string
	for _, h := range r.Hits {
		if p.mayRead(h) {
			lines = append(lines, hitLine(h))
		}
	}
	if len(lines) == 0 {
		return "nothing is found", nil
	}
	if n := len(lines); n > found {
		lines = append(lines[:found], fmt.Sprintf("… and more: further words make it less, or headroom search %s", strings.Join(c.Words, " ")))
	}
	return strings.Join(lines, "\n"), nil
}

// query are words as they were typed: those with blanks stood in quotes.
func query(words []string) string {
	all := make([]string, len(words))
	for i, word := range words {
		if all[i] = word; strings.Contains(word, " ") {
			all[i] = `"` + word + `"`
		}
	}
	return strings.Join(all, " ")
}

// mayRead tells whether a document is theirs: what is about their part of the business
// tree, and what is about none and of no time, as a runbook.
func (p person) mayRead(h search.Hit) bool {
	if h.Path == "" {
		return len(p.paths) == 0 || h.At.IsZero()
	}
	path, err := fleet.ParseID(h.Path)
	return err == nil && p.may(path)
}

func hitLine(h search.Hit) string {
	text := "• " + h.Kind + " " + h.Title
	if h.ID != h.Title {
		text += " (" + h.ID + ")"
	}
	if snippet := strings.NewReplacer(search.Begin, "", search.End, "").Replace(h.Snippet); snippet != "" {
		text += ": " + shorten(snippet, 160)
	}
	return text
}
