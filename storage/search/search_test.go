package search

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newIndex(t testing.TB) *Index {
	t.Helper()
	x, err := Open(filepath.Join(t.TempDir(), "new", "search #1?.db"))
	must(t, err)
	t.Cleanup(func() { _ = x.Close() })
	return x
}

func put(t testing.TB, x *Index, docs ...Document) {
	t.Helper()
	_, err := x.Put(t.Context(), docs)
	must(t, err)
}

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

func module(id, text string) Document {
	return Document{Kind: "module", ID: id, Path: id, Title: id, Text: text, URL: "/modules/" + id}
}

func alarm(id, path, title, text string, minutes int) Document {
	return Document{Kind: "alarm", ID: id, Path: path, Title: title, Text: text, At: at(minutes), URL: "/alarms/" + id}
}

// fleet is an index with a bit of everything.
func fleet(t testing.TB) *Index {
	x := newIndex(t)
	put(t, x,
		module("Qzone", "owner qz team"),
		module("Qzone/WNS/dispatch", "owner wns team"),
		module("Qzone/WNS/dispatch/SET_W13", "owner wns team; runs on B5"),
		module("Qzone/WNS/dispatch/SET_W2", "owner Müller"),
		module("QQ/相册/上传服务", "负责人 张三"),
		Document{Kind: "runbook", ID: "dispatch.md", Title: "When dispatch is slow", Text: "# When dispatch is slow\n\nLook at the disk-queue first, then restart SET_W13."},
		alarm("a1", "Qzone/WNS/dispatch/SET_W13", "DiskFull", "disk of web-7 is full", 1),
		alarm("a2", "Qzone/WNS/dispatch/SET_W2", "ProcessDead", "process of web-8 is dead; dispatch is slow", 2),
		alarm("a3", "QQ/相册/上传服务", "DiskFull", "disk of db-1 is full", 3),
	)
	return x
}

func ids(t testing.TB, x *Index, q Query) (all []string) {
	t.Helper()
	r, err := x.Search(t.Context(), q)
	must(t, err)
	for _, h := range r.Hits {
		all = append(all, h.ID)
	}
	return all
}

func TestSearch(t *testing.T) {
	x := fleet(t)
	f := func(text string, want ...string) {
		t.Helper()
		if got := ids(t, x, Query{Text: text}); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	const set13, set2, dispatch = "Qzone/WNS/dispatch/SET_W13", "Qzone/WNS/dispatch/SET_W2", "Qzone/WNS/dispatch"

	// Ids by their parts, in any case, and the whole id first.
	f("W13", set13, "dispatch.md", "a1")
	f("set_w13", set13, "dispatch.md", "a1")
	f("SET w", set2, set13, "dispatch.md", "a2", "a1")
	f("qzone/wns/dispatch", dispatch, set2, set13, "a2", "a1")
	f(dispatch+"/set_w2", set2, "a2")
	f("a2", "a2")

	// Every word, the last one also as a beginning; title before text, the newest first.
	f("dispatch slow", "dispatch.md", "a2")
	f("disk", "a3", "a1", "dispatch.md")
	f("disk full", "a3", "a1")
	f("dis full")
	f("full dis", "a3", "a1")
	f("disk-queue", "dispatch.md")
	f(`"is slow" dispatch`, "dispatch.md", "a2")
	f(`"slow is"`)
	f(`"SET_W1"`)
	f("muller", set2)
	f("MÜLLER", set2)
	f("ｗｅｂ－７", "a1")

	// Any part of a Chinese text.
	f("上传", "QQ/相册/上传服务", "a3")
	f("传服", "QQ/相册/上传服务", "a3")
	f("上传服务", "QQ/相册/上传服务", "a3")
	f("务", "QQ/相册/上传服务", "a3")
	f("相册/上传", "QQ/相册/上传服务", "a3")
	f("册/上", "QQ/相册/上传服务", "a3")
	f("上服")
	f("张三 负责", "QQ/相册/上传服务")

	// Nothing that is typed is an error.
	for _, text := range []string{"", " ", `"`, `""`, "*", "AND", "NOT x", "a OR", "(", "title:x", "^", "-", "\x00\xff", "NEAR(a b)", strings.Repeat("a ", 1000), strings.Repeat("长", 5000), "{", "+a"} {
		if _, err := x.Search(t.Context(), Query{Text: text}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	f(`disk"`, "a3", "a1", "dispatch.md")
}

func TestFilters(t *testing.T) {
	x := fleet(t)
	f := func(q Query, want ...string) {
		t.Helper()
		if got := ids(t, x, q); !slices.Equal(got, want) {
			t.Errorf("%+v: %q, want %q", q, got, want)
		}
	}
	f(Query{Text: "disk", Kinds: []string{"runbook", "none"}}, "dispatch.md")
	f(Query{Text: "disk", Path: "Qzone"}, "a1")
	f(Query{Text: "disk", Path: "Qzon"})
	f(Query{Text: "Qzone/WNS/dispatch", Path: "Qzone/WNS/dispatch/SET_W2"}, "Qzone/WNS/dispatch/SET_W2", "a2")
	f(Query{Text: "a2", Kinds: []string{"module"}})
	f(Query{Text: "disk", Limit: 1, Offset: 1}, "a1")
	f(Query{Text: "disk", Limit: 5, Offset: 3})
	f(Query{Text: "disk", Limit: 5, Offset: 1 << 40})
	r, err := x.Search(t.Context(), Query{Text: "disk", Kinds: []string{"alarm"}, Limit: 1})
	if err != nil || !r.More || !reflect.DeepEqual(r.Kinds, map[string]int{"alarm": 2, "runbook": 1}) {
		t.Errorf("%+v, %v", r, err)
	}
	if h := r.Hits[0]; h.Text != "" || !h.At.Equal(at(3)) || h.URL != "/alarms/a3" || h.Snippet != "\x01disk\x02 of db-1 is full" {
		t.Errorf("%+v", h)
	}
}

func TestWhatChangesAndWhatGoes(t *testing.T) {
	x := fleet(t)
	sizes := map[string]int{"module": 5, "runbook": 1, "alarm": 3}
	if got := x.Sizes(); !reflect.DeepEqual(got, sizes) {
		t.Errorf("%v", got)
	}
	put(t, x, alarm("a1", "", "DiskFull", "it is healed now", 1), alarm("a2", "", "", "", 20), Document{Kind: "alarm", ID: "a3", Gone: true}, Document{Kind: "none", ID: "x", Gone: true})
	if got := ids(t, x, Query{Text: "web"}); got != nil {
		t.Errorf("%q", got)
	}
	if got := ids(t, x, Query{Text: "healed"}); !slices.Equal(got, []string{"a1"}) {
		t.Errorf("%q", got)
	}
	must(t, x.Forget(t.Context(), "alarm", at(2)))
	must(t, x.Forget(t.Context(), "module", at(2)))
	must(t, x.Forget(t.Context(), "none", at(2)))
	if got := ids(t, x, Query{Text: "healed"}); got != nil {
		t.Errorf("%q", got)
	}
	_, err := x.replace(t.Context(), "module", []Document{module("Qzone", "owner qz team"), module("new", "")}, "v2")
	must(t, err)
	sizes = map[string]int{"module": 2, "runbook": 1, "alarm": 1}
	if got := x.Sizes(); !reflect.DeepEqual(got, sizes) {
		t.Errorf("%v", got)
	}
	if cursor, err := x.cursor(t.Context(), "module"); err != nil || cursor != "v2" {
		t.Errorf("%q, %v", cursor, err)
	}
}

// What is in a file of another version, or in one that is broken, is not looked at.
func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "search.db")
	open := func() *Index {
		t.Helper()
		x, err := Open(path)
		must(t, err)
		return x
	}
	x := open()
	put(t, x, module("a", ""))
	must(t, x.Close())
	x = open()
	if x.Sizes()["module"] != 1 || len(ids(t, x, Query{Text: "a"})) != 1 {
		t.Error("it was not kept")
	}
	_, err := x.sql.Exec(`PRAGMA user_version = 99`)
	must(t, err)
	must(t, x.Close())
	for _, spoil := range []func(){func() {}, func() {
		must(t, os.WriteFile(path, []byte("no database at all, but long enough to be read as one"), 0o600))
	}} {
		spoil()
		x = open()
		if len(x.Sizes()) != 0 {
			t.Error("it was kept")
		}
		put(t, x, module("a", ""))
		must(t, x.Close())
	}
	if _, err := Open(filepath.Join(path, "below", "a", "file")); err == nil {
		t.Error("no error")
	}
}

// Beside the slow way: a document matches if its title or its text has each phrase.
func TestSearchBesideTheSlowWay(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	words := []string{"a", "ab", "abc", "B_1", "x-y", "上", "上传", "传上传", "é", "Ab上", "上ab", ".", "1"}
	some := func(n int) string {
		var all []string
		for range r.IntN(n) {
			all = append(all, words[r.IntN(len(words))])
		}
		return strings.Join(all, []string{" ", "", "/"}[r.IntN(3)])
	}
	x := newIndex(t)
	var docs []Document
	for i := range 300 {
		d := Document{Kind: fmt.Sprint("k", i%3), ID: fmt.Sprint("id", i), Title: some(4), Text: some(8)}
		if i%2 == 0 {
			d.At = at(r.IntN(50))
		}
		docs = append(docs, d)
	}
	put(t, x, docs...)
	for range 500 {
		q := some(4)
		if r.IntN(3) == 0 {
			q = `"` + q + `" ` + some(2)
		}
		var want []string
		phrases := parse(q)
		for _, d := range docs {
			if len(phrases) > 0 && (slowly(d.Title+" "+d.ID, d.Text, phrases)) {
				want = append(want, d.ID)
			}
		}
		got := ids(t, x, Query{Text: q, Limit: MaxResults})
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%q (%v):\ngot %q\nwant %q", q, phrases, got, want)
		}
	}
}

func slowly(title, text string, phrases []phrase) bool {
	for _, p := range phrases {
		if !hasPhrase(title, p) && !hasPhrase(text, p) {
			return false
		}
	}
	return true
}

func hasPhrase(text string, p phrase) bool {
	var all []string
	tokens(text, func(t token) bool { all = append(all, t.text); return true })
	for i := range all {
		if i+len(p.words) > len(all) {
			return false
		}
		ok := true
		for j, w := range p.words {
			last := j == len(p.words)-1
			ok = ok && (all[i+j] == w || last && p.prefix && strings.HasPrefix(all[i+j], w))
		}
		if ok {
			return true
		}
	}
	return false
}

// Any part of a run of signs is found in it, and nothing else.
func TestPartsOfSigns(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	signs := []rune("上传服务相册")
	run := func(n int) string {
		out := make([]rune, 1+r.IntN(n))
		for i := range out {
			out[i] = signs[r.IntN(len(signs))]
		}
		return string(out)
	}
	for range 2000 {
		text, part := run(10), run(4)
		if got, want := hasPhrase(text, phraseOf(part)), strings.Contains(text, part); got != want {
			t.Fatalf("%s in %s: %v", part, text, got)
		}
	}
}

func TestSnippets(t *testing.T) {
	f := func(text, query, want string) {
		t.Helper()
		if got := snippet(text, parse(query)); got != want {
			t.Errorf("%q in %.40q:\n%q\nwant\n%q", query, text, got, want)
		}
	}
	f("", "a", "")
	f("one\n\n two\tthree\x01", "two thr", "one \x01two\x02 \x01three\x02")
	f("图片上传服务", "上传", "图片\x01上传\x02服务")
	f("disk of web-7", "web-7", "disk of \x01web\x02-\x017\x02")
	long := strings.Repeat("filler ", 100) + "alpha " + strings.Repeat("filler ", 100) + "alpha beta " + strings.Repeat("filler ", 100)
	got := snippet(long, parse("alpha beta"))
	if !strings.HasPrefix(got, "…") || !strings.HasSuffix(got, "…") || !strings.Contains(got, "\x01alpha\x02 \x01beta\x02") || len(got) > snippetSize+40 {
		t.Errorf("%q", got)
	}
	if got := snippet(strings.Repeat("长", 1000), parse("x")); len(got) > snippetSize+10 || !strings.HasSuffix(got, "…") {
		t.Errorf("%q", got)
	}
}

func FuzzSearch(f *testing.F) {
	for _, seed := range [][2]string{{"a b", "a"}, {"上传服务", "上传"}, {"é\u0301", `"x`}, {"\xff", "*"}, {"ー", "ー"}, {"a\u0301", "a"}} {
		f.Add(seed[0], seed[1])
	}
	x, err := Open(filepath.Join(f.TempDir(), "search.db"))
	must(f, err)
	defer x.Close()
	f.Fuzz(func(t *testing.T, text, query string) {
		put(t, x, Document{Kind: "k", ID: "x", Title: "t", Text: text})
		r, err := x.Search(t.Context(), Query{Text: query})
		must(t, err)
		want := len(parse(query)) > 0 && slowly("t x", cut(text, MaxText), parse(query))
		if exact := strings.EqualFold(strings.TrimSpace(query), "x"); (len(r.Hits) > 0) != want && !exact {
			t.Fatalf("%q in %q: %v, want %v", query, text, len(r.Hits), want)
		}
	})
}

// The beginning of very many words finds the first of them, and the longer it gets the
// fewer there are.
func TestBeginningsOfManyWords(t *testing.T) {
	x := newIndex(t)
	var docs []Document
	for i := range MaxEndings + 50 {
		docs = append(docs, module(fmt.Sprintf("a/instance%03d", i), ""))
	}
	put(t, x, docs...)
	for text, want := range map[string]int{
		"insta": MaxEndings + 50, "instance": MaxEndings, "a/instance": MaxEndings, "instance2": 50, "a/instance24": 10, "instance249": 1, "instance250": 0, "instances": 0, `"instance"`: 0,
	} {
		if got := ids(t, x, Query{Text: text, Limit: MaxResults}); len(got) != want {
			t.Errorf("%s: %d, want %d", text, len(got), want)
		}
	}
}
