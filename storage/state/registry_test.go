package state

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"headroom/storage/fleet"
)

func testRegistry(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	at := func(minutes int) time.Time { return alarmNoon.Add(time.Duration(minutes) * time.Minute) }
	change := func(id, after string, minutes int) fleet.FactChange {
		return fleet.FactChange{At: at(minutes), ID: id, Field: "owner", After: after, Source: "git", By: "li", Commit: "abc", Why: "so"}
	}
	edit := RegistryEdit{ID: "a", Field: "owner", Value: "x", Who: "li", Why: "moved", At: at(0)}
	must(t, db.Registry().Save(ctx, RegistryChange{
		Sources: []RegistrySource{{"git", at(0), []byte("[]")}, {"csv", at(0), []byte("[1]")}}, Edits: []RegistryEdit{edit, {ID: "b", Field: "level", At: at(0)}},
		Events: []fleet.FactChange{change("a", "x", 0), change("a/b", "y", 1), change("c", "z", 2)},
	}))
	must(t, db.Registry().Save(ctx, RegistryChange{
		Sources: []RegistrySource{{"git", at(1), []byte("[2]")}}, Read: map[string]time.Time{"git": at(2)}, Gone: []string{"csv"},
		Back: []RegistryEdit{{ID: "b", Field: "level"}},
	}))
	must(t, db.Close())
	db = open()
	sources, err := db.Registry().Sources(ctx)
	if err != nil || !reflect.DeepEqual(sources, []RegistrySource{{"git", at(2), []byte("[2]")}}) {
		t.Errorf("%v, %v", sources, err)
	}
	if edits, err := db.Registry().Edits(ctx); err != nil || !reflect.DeepEqual(edits, []RegistryEdit{edit}) {
		t.Errorf("%v, %v", edits, err)
	}
	for _, ask := range []struct {
		q    RegistryEventQuery
		want []string
	}{
		{RegistryEventQuery{}, []string{"z", "y", "x"}},
		{RegistryEventQuery{IDs: []string{"a", "a/b"}}, []string{"y", "x"}},
		{RegistryEventQuery{From: at(1), To: at(2)}, []string{"y"}},
		{RegistryEventQuery{Limit: 1, Offset: 1}, []string{"y"}},
	} {
		var got []string
		events, err := db.Registry().Events(ctx, ask.q)
		for _, e := range events {
			got = append(got, e.After)
		}
		if err != nil || !reflect.DeepEqual(got, ask.want) {
			t.Errorf("%+v: %v, %v", ask.q, got, err)
		}
	}
	want := change("a", "x", 0)
	if events, _ := db.Registry().Events(ctx, RegistryEventQuery{IDs: []string{"a"}}); len(events) != 1 || events[0].Seq != 1 {
		t.Errorf("%v", events)
	} else if want.Seq = 1; events[0] != want {
		t.Errorf("%+v", events[0])
	}
	testRegistryForgets(t, db, change)
}

func testRegistryForgets(t *testing.T, db *DB, change func(string, string, int) fleet.FactChange) {
	var many []fleet.FactChange
	for i := range MaxRegistryEvents {
		many = append(many, change("c", fmt.Sprint(i), 3))
	}
	must(t, db.Registry().Save(t.Context(), RegistryChange{Events: many}))
	n, err := db.Registry().Forget(t.Context(), alarmNoon.Add(time.Minute))
	if err != nil || n != 2 { // one is old, one of c is one too many
		t.Errorf("%d, %v", n, err)
	}
	events, _ := db.Registry().Events(t.Context(), RegistryEventQuery{IDs: []string{"c"}})
	if len(events) != MaxRegistryEvents || events[len(events)-1].After != "0" {
		t.Errorf("%d left", len(events))
	}
}

// Of a change that does not fit nothing is kept.
func TestTooManyEdits(t *testing.T) {
	db := mustOpen(t, t.TempDir()+"/state.db")
	_, err := db.exec(t.Context(), `WITH RECURSIVE i (n) AS (VALUES (2) UNION ALL SELECT n + 1 FROM i WHERE n < $1)
		INSERT INTO registry_edits SELECT n, 'owner', '', '', '', 0 FROM i`, MaxEdits)
	must(t, err)
	must(t, db.Registry().Save(t.Context(), RegistryChange{Edits: []RegistryEdit{{ID: "1", Field: "owner"}}})) // the last one
	err = db.Registry().Save(t.Context(), RegistryChange{Edits: []RegistryEdit{{ID: "x", Field: "owner"}}, Events: []fleet.FactChange{{ID: "x"}}})
	if !errors.Is(err, ErrTooManyEdits) {
		t.Errorf("%v", err)
	}
	if events, _ := db.Registry().Events(t.Context(), RegistryEventQuery{}); len(events) > 0 {
		t.Errorf("%v", events)
	}
}
