package search

import (
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"
)

// indexedPrefix is the longest beginning of a word that the index has by itself. What
// begins with a longer one is put together of the words that do, for FTS5 would read
// all documents of all of them before it gives the first.
const indexedPrefix = 6

// MaxEndings is how many words with the same long beginning are looked for, the first
// ones in the order of their signs.
const MaxEndings = 200

// lookUp finds the words that begin as those of the query do.
func (s *seeker) lookUp() error {
	for i := range s.phrases {
		p := &s.phrases[i]
		begin := p.words[len(p.words)-1]
		if !p.prefix || utf8.RuneCountInString(begin) <= indexedPrefix {
			continue
		}
		var err error
		if p.endings, err = s.endings(begin); err != nil {
			return err
		}
	}
	return nil
}

// endings are the words that begin with a text; the text itself if there are none, which
// finds nothing either. Each word is sought by itself: to step from one to the next would
// read where all of its documents are.
func (s *seeker) endings(begin string) (all []string, err error) {
	next, err := s.sql.PrepareContext(s.ctx, `SELECT term FROM terms WHERE term > $1 LIMIT 1`)
	if err != nil {
		return nil, err
	}
	defer next.Close()
	at := s.sql.QueryRowContext(s.ctx, `SELECT term FROM terms WHERE term >= $1 LIMIT 1`, begin)
	for len(all) < MaxEndings {
		var word string
		if err := at.Scan(&word); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		if word == "" || !strings.HasPrefix(word, begin) {
			break
		}
		all = append(all, word)
		at = next.QueryRowContext(s.ctx, word)
	}
	if len(all) == 0 {
		all = []string{begin}
	}
	return all, nil
}
