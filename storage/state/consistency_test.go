package state

import (
	"fmt"
	"path/filepath"
	"testing"
)

func TestConsistencyIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	row := func(node, item, data string) ConsistencyRow {
		return ConsistencyRow{"shop/web", node, item, []byte(data)}
	}
	save := func(c ConsistencyChange) {
		t.Helper()
		if err := db.Consistency().Save(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	save(ConsistencyChange{Put: ConsistencyState{
		Standings: []ConsistencyRow{row("n2", "b", "1"), row("n1", "a", "2")},
		Ignores:   []ConsistencyRow{row("", "a", "3")}, Overrides: []ConsistencyRow{row("", "a", "4")},
	}})
	save(ConsistencyChange{
		Put:  ConsistencyState{Standings: []ConsistencyRow{row("n1", "a", "5")}},
		Gone: ConsistencyState{Standings: []ConsistencyRow{row("n2", "b", "")}, Ignores: []ConsistencyRow{row("n9", "a", "")}},
	})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(path); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	got, err := db.Consistency().Load(t.Context())
	want := "{[{shop/web n1 a [53]}] [{shop/web  a [51]}] [{shop/web  a [52]}]}"
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("got %v, %v; want %s", got, err, want)
	}
}
