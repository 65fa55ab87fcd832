package api

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/storage/search"
)

// Search finds documents by words. *[search.Index] does.
type Search interface {
	Search(ctx context.Context, q search.Query) (search.Result, error)
}

// maxQuery is how long a text may be that is searched for, in bytes.
const maxQuery = 1000

// searchHit is a document that was found.
type searchHit struct {
	Kind    string     `json:"kind"`
	ID      string     `json:"id"`
	Path    string     `json:"path"`
	Title   string     `json:"title"`
	Snippet string     `json:"snippet"` // with U+0001 and U+0002 around words that were asked for
	At      *time.Time `json:"at"`      // null: it is of no time
	URL     string     `json:"url"`
}

// searchKind is how many documents of a kind match.
type searchKind struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
	More  bool   `json:"more"` // there are more than that
}

type searchAnswer struct {
	Hits  []searchHit  `json:"hits"`
	More  bool         `json:"more"`
	Kinds []searchKind `json:"kinds"` // of all kinds, whichever were asked for
}

// search answers what is found by words.
func (s *Server) search(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	q := search.Query{
		Text: p.text("q"), Path: p.path("path").ID(),
		Limit: p.whole("limit", 20, 200), Offset: p.whole("offset", 0, search.MaxResults),
	}
	if kinds := p.text("kind"); kinds != "" {
		q.Kinds = strings.Split(kinds, ",")
	}
	if len(q.Text) > maxQuery {
		p.fault("q", errorf("has %d bytes; it may have up to %d", len(q.Text), maxQuery))
	}
	if p.err != nil {
		return nil, p.err
	}
	r, err := s.Search.Search(c.Request.Context(), q)
	if err != nil {
		return nil, err
	}
	out := searchAnswer{Hits: []searchHit{}, More: r.More, Kinds: []searchKind{}}
	for _, h := range r.Hits {
		out.Hits = append(out.Hits, searchHit{h.Kind, h.ID, h.Path, h.Title, h.Snippet, s.timeOrNull(h.At), h.URL})
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Kinds)) {
		n := r.Kinds[kind]
		out.Kinds = append(out.Kinds, searchKind{kind, min(n, search.MaxResults), n > search.MaxResults})
	}
	return out, nil
}
