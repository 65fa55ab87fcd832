package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 11, 28, 9, 30, 0, 123456789, time.FixedZone("", 8*3600))

// written is a log of some entries.
func written(n int) (all []Entry) {
	var head Head
	for i := range n {
		e := head.Seal(Entry{
			At: at.Add(time.Duration(i) * time.Second), Who: "alice", From: "10.0.0.1", Action: "note.set", Object: fmt.Sprint("m", i),
			Path: "shop/web", Why: `<moved> & "good" 好`, Detail: json.RawMessage(`{"b": 1.50, "a": ["x"]}`),
		})
		head, all = head.After(e), append(all, e)
	}
	return all
}

func each(all []Entry) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func exported(t testing.TB, all []Entry) []byte {
	t.Helper()
	var b bytes.Buffer
	head := FileHead{Version: FileVersion, First: 1, Made: at}
	if n := len(all); n > 0 {
		head.First, head.Prev, head.Last, head.Hash = all[0].Seq, all[0].Prev, all[n-1].Seq, all[n-1].Hash
	}
	if err := Export(&b, head, each(all)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestChainOfWhatWasWritten(t *testing.T) {
	all := written(5)
	head, err := Verify(Head{}, each(all))
	if err != nil || head != (Head{5, all[4].Hash}) {
		t.Fatalf("%+v %v", head, err)
	}
	if got := string(all[0].Detail); got != `{"a":["x"],"b":1.50}` {
		t.Errorf("the detail is %s", got)
	}
	// The format must not change by accident: files of years ago are to be verified.
	if got, want := all[0].Hash, "cc87ce8c587958a9c6341e8615372f2bd79f159708f193196823bef725927d60"; got != want {
		t.Errorf("the hash is %s; want %s", got, want)
	}
}

func TestEveryChangeIsNoticed(t *testing.T) {
	f := func(what string, seq int64, change func([]Entry) []Entry) {
		t.Helper()
		_, err := Verify(Head{}, each(change(written(5))))
		var broken *Broken
		if !errors.As(err, &broken) || broken.Seq != seq {
			t.Errorf("%s: %v; want entry %d named", what, err, seq)
		}
	}
	one := func(change func(*Entry)) func([]Entry) []Entry {
		return func(all []Entry) []Entry { change(&all[2]); return all }
	}
	f("who", 3, one(func(e *Entry) { e.Who = "bob" }))
	f("from", 3, one(func(e *Entry) { e.From = "" }))
	f("at", 3, one(func(e *Entry) { e.At = e.At.Add(time.Millisecond) }))
	f("action", 3, one(func(e *Entry) { e.Action = "x" }))
	f("object", 3, one(func(e *Entry) { e.Object = "x" }))
	f("path", 3, one(func(e *Entry) { e.Path = "" }))
	f("why", 3, one(func(e *Entry) { e.Why = "" }))
	f("result", 3, one(func(e *Entry) { e.Result = "refused" }))
	f("detail", 3, one(func(e *Entry) { e.Detail = json.RawMessage(`{"a":["x"],"b":2}`) }))
	f("detail with a blank", 3, one(func(e *Entry) { e.Detail = append(e.Detail, ' ') }))
	f("no detail", 3, one(func(e *Entry) { e.Detail = nil }))
	f("detail that is no JSON", 3, one(func(e *Entry) { e.Detail = json.RawMessage(`{`) }))
	f("hash", 3, one(func(e *Entry) { e.Hash = strings.Repeat("0", 64) }))
	f("a new hash", 4, one(func(e *Entry) { e.Who = "bob"; e.Hash = Sum(*e) }))
	f("taken out", 3, func(all []Entry) []Entry { return append(all[:2], all[3:]...) })
	f("the first taken away", 1, func(all []Entry) []Entry { return all[1:] })
	f("twice", 2, func(all []Entry) []Entry { return append(all[:2], all[1:]...) })
	f("taken out and renumbered", 3, func(all []Entry) []Entry {
		all = append(all[:2], all[3:]...)
		all[2].Seq = 3
		return all
	})
}

func TestLongTextsAreCut(t *testing.T) {
	e := Head{}.Seal(Entry{Who: strings.Repeat("好", 1000), Why: "a\xffb", Detail: json.RawMessage(`"` + strings.Repeat("x", MaxDetail) + `"`)})
	if len(e.Who) > MaxText || !strings.HasSuffix(e.Who, "好…") || e.Why != "a\ufffdb" || string(e.Detail) != `{"left_out_bytes":8194}` {
		t.Errorf("%d bytes, %q, %s", len(e.Who), e.Why, e.Detail)
	}
	if err := (Head{}).Check(e); err != nil {
		t.Error(err)
	}
}

func TestFile(t *testing.T) {
	for _, all := range [][]Entry{nil, written(1), written(7), written(7)[3:]} {
		if _, err := VerifyFile(bytes.NewReader(exported(t, all))); err != nil {
			t.Errorf("%d entries: %v", len(all), err)
		}
	}
	f := func(what, want string, change func(lines []string) []string) {
		t.Helper()
		lines := strings.SplitAfter(string(exported(t, written(5))), "\n")
		_, err := VerifyFile(strings.NewReader(strings.Join(change(lines), "")))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", what, err, want)
		}
	}
	f("cut at its end", "entry 5: it is missing", func(l []string) []string { return l[:5] })
	f("cut in a line", "line 6", func(l []string) []string { l[5] = l[5][:20]; return l })
	f("cut at its beginning", "entry 1: it is missing", func(l []string) []string { return append(l[:1], l[2:]...) })
	f("a name changed", "entry 2: it was changed", func(l []string) []string { l[2] = strings.Replace(l[2], "alice", "malory", 1); return l })
	f("a key more", "line 3", func(l []string) []string { l[2] = strings.Replace(l[2], `{`, `{"more":1,`, 1); return l })
	f("another head", "entry 5: its hash", func(l []string) []string { l[0] = strings.Replace(l[0], `"hash":"`, `"hash":"0`, 1); return l })
	f("nothing", "empty", func([]string) []string { return nil })
	f("no head", "line 1", func(l []string) []string { return l[1:] })
	f("a newer one", "version 9", func(l []string) []string { l[0] = strings.Replace(l[0], `"version":1`, `"version":9`, 1); return l })
}

func FuzzVerifyFile(f *testing.F) {
	f.Add(exported(f, written(3)))
	f.Add([]byte(`{"version":1,"first":1,"last":0}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		head, err := VerifyFile(bytes.NewReader(data))
		if err == nil && head.Last >= head.First && bytes.Count(data, []byte("\n")) < int(head.Last-head.First) {
			t.Errorf("%d entries are good in\n%s", head.Last-head.First+1, data)
		}
	})
}
