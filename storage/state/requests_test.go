package state

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"
)

func testRequests(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	at := time.Date(2026, 11, 22, 21, 5, 0, 0, time.UTC)
	if _, err := db.Requests().Load(ctx, 1); !errors.Is(err, ErrNoRequest) {
		t.Errorf("before the first: %v", err)
	}
	var all []Request
	for i, path := range []string{"Qzone/WNS", "Qzone/WNS2", "Qzone/WNS/50%25", ""} {
		r := Request{
			Kind: []string{"machines", "access"}[i%2], State: "open", Path: path, Who: fmt.Sprint("p", i%2), Opened: at.Add(time.Duration(i) * time.Minute),
			Steps: 1, Data: []byte(fmt.Sprintf(`{"why":"100%% of %d"}`, i)),
		}
		number, err := db.Requests().Add(ctx, r)
		must(t, err)
		r.Number, r.Version = number, 1
		all = append(all, r)
	}
	must(t, db.Close())
	db = open()
	f := func(q RequestQuery, want ...int64) {
		t.Helper()
		found, err := db.Requests().Find(ctx, q)
		must(t, err)
		var got []int64
		for _, r := range found {
			got = append(got, r.Number)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %v; want %v", q, got, want)
		}
	}
	f(RequestQuery{}, 4, 3, 2, 1)
	f(RequestQuery{Path: "Qzone/WNS"}, 3, 1) // and not WNS2
	f(RequestQuery{Kind: "access", Who: "p1"}, 4, 2)
	f(RequestQuery{From: at.Add(time.Minute), To: at.Add(3 * time.Minute)}, 3, 2)
	f(RequestQuery{Search: "100% OF 2"}, 3)
	f(RequestQuery{Limit: 2, Offset: 1}, 3, 2)
	f(RequestQuery{Untold: true, Limit: 10}, 4, 3, 2, 1)
	if r, err := db.Requests().Load(ctx, 2); err != nil || !reflect.DeepEqual(r, all[1]) {
		t.Errorf("got  %+v, %v\nwant %+v", r, err, all[1])
	}

	r := all[0]
	r.State, r.Run, r.Approved, r.Closed, r.Steps, r.Data = "done", "run1", at.Add(time.Hour), at.Add(2*time.Hour), 3, []byte(`{}`)
	must(t, db.Requests().Change(ctx, r))
	if err := db.Requests().Change(ctx, r); !errors.Is(err, ErrRequestChanged) {
		t.Errorf("an old version was written: %v", err)
	}
	r.Version = 2
	if got, err := db.Requests().Load(ctx, 1); err != nil || !reflect.DeepEqual(got, r) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, r)
	}
	f(RequestQuery{Run: "run1"}, 1)
	f(RequestQuery{UnderWay: true}, 4, 3, 2)
	must(t, db.Requests().Told(ctx, 1, 3))
	must(t, db.Requests().Told(ctx, 1, 2)) // told is told
	f(RequestQuery{Untold: true}, 4, 3, 2)
	if counts, err := db.Requests().CountUnderWay(ctx); err != nil || !reflect.DeepEqual(counts, map[string]int{"open": 3}) {
		t.Errorf("%v, %v", counts, err)
	}
	if n, err := db.Requests().Forget(ctx, at.Add(2*time.Hour)); n != 0 || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
	if n, err := db.Requests().Forget(ctx, at.Add(2*time.Hour+time.Millisecond)); n != 1 || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
	f(RequestQuery{}, 4, 3, 2)
}

func testRequestWriters(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	number, err := db.Requests().Add(ctx, Request{Kind: "machines", State: "open", Opened: time.Now(), Data: []byte("{}")})
	must(t, err)
	read, err := db.Requests().Load(ctx, number)
	must(t, err)
	results := make(chan error, 8)
	var all sync.WaitGroup
	for range cap(results) {
		all.Go(func() { results <- db.Requests().Change(ctx, read) })
	}
	all.Wait()
	close(results)
	written := 0
	for err := range results {
		switch {
		case err == nil:
			written++
		case !errors.Is(err, ErrRequestChanged):
			t.Error(err)
		}
	}
	if written != 1 {
		t.Errorf("%d of those who saw the same version have written", written)
	}
}
