package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// log is a source of documents that come one after another.
type log struct {
	docs []Document
	err  error
}

func (l *log) Name() string { return "log" }

func (l *log) Changed(_ context.Context, since string, limit int) ([]Document, string, error) {
	from, _ := strconv.Atoi(since)
	to := min(from+limit, len(l.docs))
	return l.docs[from:to], strconv.Itoa(to), l.err
}

func newFeeder(x *Index, source Source, sets ...Set) *Feeder {
	return NewFeeder(FeederOptions{
		Index: x, Sources: []Source{source}, Sets: sets, Interval: func() time.Duration { return time.Millisecond },
		Keep:   func(kind string, now time.Time) time.Time { return noon },
		Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
}

func TestFeeder(t *testing.T) {
	x, l := newIndex(t), &log{}
	for i := range 2*batch + 7 {
		l.docs = append(l.docs, alarm(fmt.Sprint("a", i), "", "title", "text", i))
	}
	f := newFeeder(x, l)
	f.Feed(t.Context())
	if n := x.Sizes()["alarm"]; n != len(l.docs) {
		t.Errorf("%d of %d", n, len(l.docs))
	}
	l.docs = append(l.docs, alarm("new", "", "new", "", -1))
	l.err = errors.New("gone")
	f.Feed(t.Context())
	if got := ids(t, x, Query{Text: "new"}); got != nil {
		t.Errorf("%q", got)
	}
	l.err = nil
	f = newFeeder(x, l) // goes on where it was
	f.Feed(t.Context())
	if got := ids(t, x, Query{Text: "new"}); !slices.Equal(got, []string{"new"}) {
		t.Errorf("%q", got)
	}
	f.forget(t.Context(), noon)
	if got := ids(t, x, Query{Text: "new"}); got != nil {
		t.Errorf("%q", got)
	}

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- f.Run(ctx) }()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestMarkdown(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write("web/dead.md", "\n# When web is dead\n\nLook first.\n\n## Restart ##\nDo it.\n```sh\n# no heading\n```\n#hash\n### Then\n")
	write("plain.md", "No heading.\n# Later\n")
	write("empty.md", "")
	write(".git/x.md", "hidden")
	write("x.txt", "no Markdown")
	m := Markdown{Name: "runbook", Dir: func() string { return dir }, URL: func(file string) string { return "/runbooks/" + file }}
	docs, err := m.Documents(t.Context())
	must(t, err)
	var got [][3]string
	for _, d := range docs {
		got = append(got, [3]string{d.ID, d.Title, d.Text})
	}
	want := [][3]string{
		{"empty.md", "empty", ""},
		{"plain.md", "plain", "No heading."}, {"plain.md#1", "plain: Later", ""},
		{"web/dead.md", "When web is dead", "Look first."}, {"web/dead.md#1", "When web is dead: Restart", "Do it.\n```sh\n# no heading\n```\n#hash"}, {"web/dead.md#2", "When web is dead: Then", ""},
	}
	if !reflect.DeepEqual(got, want) || docs[5].URL != "/runbooks/web/dead.md" {
		t.Errorf("%q", got)
	}

	x := newIndex(t)
	f := newFeeder(x, &log{}, m)
	f.Feed(t.Context())
	if got := ids(t, x, Query{Text: "restart"}); !slices.Equal(got, []string{"web/dead.md#1"}) {
		t.Errorf("%q", got)
	}
	write("plain.md", "Restart nothing.")
	must(t, os.Remove(filepath.Join(dir, "web/dead.md")))
	f.Feed(t.Context())
	if got := ids(t, x, Query{Text: "restart"}); !slices.Equal(got, []string{"plain.md"}) {
		t.Errorf("%q", got)
	}
	if none, err := (Markdown{Dir: func() string { return "" }}).Documents(t.Context()); err != nil || none != nil {
		t.Errorf("%v, %v", none, err)
	}
	dir = filepath.Join(dir, "gone")
	f.Feed(t.Context()) // what cannot be read stays as it was
	if got := ids(t, x, Query{Text: "restart"}); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
