package state

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"headroom/storage/audit"
)

func auditOf(t testing.TB, n int) *DB {
	t.Helper()
	db, err := Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	minute := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	for i := range n {
		e := audit.Entry{
			At: minute.Add(time.Duration(i) * time.Minute), Who: []string{"ann", "bob"}[i%2], From: "10.0.0.1", Action: []string{"run.retry", "run.skip", "running"}[i%3],
			Object: fmt.Sprint("r", i), Path: []string{"shop", "shop/web", "shopping"}[i%3], Why: "because", Detail: []byte(`{"n":1}`),
		}
		if err := db.Audit().Add(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func verified(db *DB) (audit.Head, error) {
	ctx := context.Background()
	first, last, err := db.Audit().Between(ctx, time.Time{}, time.Time{})
	if err != nil {
		return audit.Head{}, err
	}
	return audit.Verify(audit.Head{}, db.Audit().Entries(ctx, first, last))
}

func TestAuditIsAChainWithoutGaps(t *testing.T) {
	db := auditOf(t, 0)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			for n := range 10 {
				if err := db.Audit().Add(t.Context(), audit.Entry{Who: fmt.Sprint("w", i), Action: "x", Object: fmt.Sprint(n)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	head, err := verified(db)
	if err != nil || head.Seq != 1000 {
		t.Errorf("%+v %v", head, err)
	}
	if got, err := db.Audit().Head(t.Context()); err != nil || got != head {
		t.Errorf("%+v %v", got, err)
	}
	// Each writer's entries come in the order in which they were acknowledged.
	mine, err := db.Audit().List(t.Context(), AuditQuery{Who: "w7"})
	must(t, err)
	for i, e := range mine {
		if e.Object != fmt.Sprint(9-i) {
			t.Fatalf("entry %d of w7 is %s", i, e.Object)
		}
	}
}

func TestAuditCannotBeChanged(t *testing.T) {
	db := auditOf(t, 5)
	for _, change := range []string{`UPDATE audit SET who = 'x'`, `DELETE FROM audit`, `INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 1`} {
		if _, err := db.sql.Exec(change); err == nil || !strings.Contains(err.Error(), "never") {
			t.Errorf("%s: %v", change, err)
		}
	}
	if head, err := verified(db); err != nil || head.Seq != 5 {
		t.Errorf("%+v %v", head, err)
	}
	// Who takes the triggers away first is found out.
	for _, change := range []string{
		`UPDATE audit SET who = 'x' WHERE seq = 3`, `UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 3`, `DELETE FROM audit WHERE seq = 3`,
		`UPDATE audit SET detail = '{"n":2}' WHERE seq = 3`,
	} {
		db := auditOf(t, 5)
		_, err := db.sql.Exec(`DROP TRIGGER audit_keeps_entries; DROP TRIGGER audit_changes_nothing; ` + change)
		must(t, err)
		var broken *audit.Broken
		if _, err := verified(db); !errors.As(err, &broken) || broken.Seq != 3 {
			t.Errorf("%s: %v", change, err)
		}
	}
}

func TestAuditQuery(t *testing.T) {
	db := auditOf(t, 9)
	f := func(q AuditQuery, want ...int64) {
		t.Helper()
		all, err := db.Audit().List(t.Context(), q)
		must(t, err)
		got := []int64{}
		for _, e := range all {
			got = append(got, e.Seq)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %v; want %v", q, got, want)
		}
	}
	at := func(minute int) time.Time { return time.Date(2026, 11, 28, 9, minute, 0, 0, time.UTC) }
	f(AuditQuery{}, 9, 8, 7, 6, 5, 4, 3, 2, 1)
	f(AuditQuery{Who: "bob"}, 8, 6, 4, 2)
	f(AuditQuery{Action: "run"}, 8, 7, 5, 4, 2, 1)
	f(AuditQuery{Action: "run.skip"}, 8, 5, 2)
	f(AuditQuery{Path: "shop"}, 8, 7, 5, 4, 2, 1)
	f(AuditQuery{Path: "shop/web"}, 8, 5, 2)
	f(AuditQuery{Object: "r3"}, 4)
	f(AuditQuery{From: at(2), To: at(4)}, 4, 3)
	f(AuditQuery{Limit: 2}, 9, 8)
	f(AuditQuery{Limit: 2, Before: 8}, 7, 6)
	first, last, err := db.Audit().Between(t.Context(), at(2), at(4))
	if err != nil || first != 3 || last != 4 {
		t.Errorf("%d to %d, %v", first, last, err)
	}
	first, last, err = db.Audit().Between(t.Context(), at(50), time.Time{})
	if err != nil || first <= last {
		t.Errorf("%d to %d, %v; want none", first, last, err)
	}
}

func BenchmarkAuditAdd(b *testing.B) {
	db := auditOf(b, 0)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := db.Audit().Add(context.Background(), audit.Entry{Who: "ann", Action: "note.set", Object: "shop/web", Detail: []byte(`{"note":"x"}`)}); err != nil {
				b.Error(err)
			}
		}
	})
}
