package state

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

func TestGrantsAndTokensAreKept(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	now := time.UnixMilli(1_800_000_000_000).UTC()
	a, ctx := db.Access(), t.Context()
	g := AccessGrant{ID: "g1", Subject: "user:ann", Role: "operator", Node: "shop", Why: "on call", MadeBy: "bob", Made: now, Until: now.Add(time.Hour)}
	must(t, a.AddGrant(ctx, g))
	if all, err := a.Grants(ctx); err != nil || len(all) != 1 || all[0] != g {
		t.Errorf("%+v %v", all, err)
	}
	must(t, a.EndGrant(ctx, "g1", "cy", now.Add(time.Minute)))
	if all, _ := a.Grants(ctx); all[0].EndedBy != "cy" || !all[0].Ended.Equal(now.Add(time.Minute)) {
		t.Errorf("%+v", all)
	}
	if err := a.EndGrant(ctx, "g1", "cy", now); !errors.Is(err, ErrNoGrant) {
		t.Error(err)
	}

	k := AccessToken{ID: "t1", Name: "ci", Hash: "h", Role: "viewer", MadeBy: "bob", Made: now}
	must(t, a.AddToken(ctx, k))
	must(t, a.UseToken(ctx, "t1", now.Add(time.Second)))
	if all, err := a.Tokens(ctx); err != nil || len(all) != 1 || !all[0].Used.Equal(now.Add(time.Second)) || !all[0].Until.IsZero() {
		t.Errorf("%+v %v", all, err)
	}
	must(t, a.EndToken(ctx, "t1", "bob", now))
	if err := a.EndToken(ctx, "t2", "bob", now); !errors.Is(err, ErrNoToken) {
		t.Error(err)
	}
}

func TestTokensHaveALimit(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	a, ctx, now := db.Access(), t.Context(), time.Now()
	must(t, db.transact(ctx, func(tx *sql.Tx) error {
		for i := range MaxTokens {
			if _, err := tx.Exec(`INSERT INTO access_tokens VALUES ($1, '', $1, '', '', '', '', 0, $2, 0, 0, '')`, fmt.Sprint(i), now.Add(time.Hour).UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	}))
	if err := a.AddToken(ctx, AccessToken{ID: "x", Hash: "x", Made: now}); !errors.Is(err, ErrTooManyTokens) {
		t.Error(err)
	}
	must(t, a.AddToken(ctx, AccessToken{ID: "x", Hash: "x", Made: now.Add(2 * time.Hour)})) // the others have ended
}

func TestSessions(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	a, ctx, now := db.Access(), t.Context(), time.UnixMilli(1_800_000_000_000).UTC()
	must(t, a.AddSession(ctx, AccessSession{Hash: "h", Name: "ann", Groups: []string{"ops", "好"}, Made: now, Until: now.Add(time.Hour)}))
	if s, err := a.Session(ctx, "h", now); err != nil || s.Name != "ann" || len(s.Groups) != 2 || s.Groups[1] != "好" {
		t.Errorf("%+v %v", s, err)
	}
	for _, hash := range []string{"h", "other"} {
		if _, err := a.Session(ctx, hash, now.Add(time.Hour)); !errors.Is(err, ErrNoSession) {
			t.Errorf("%s: %v", hash, err)
		}
	}
	if n, err := a.ForgetSessions(ctx, now.Add(2*time.Hour)); err != nil || n != 1 {
		t.Errorf("%d %v", n, err)
	}
	must(t, a.AddSession(ctx, AccessSession{Hash: "h", Made: now, Until: now.Add(time.Hour)}))
	must(t, a.EndSession(ctx, "h"))
	if _, err := a.Session(ctx, "h", now); !errors.Is(err, ErrNoSession) {
		t.Error(err)
	}
}
