package state

import (
	"errors"
	"reflect"
	"testing"
	"time"
)

func testHeals(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	at := time.Date(2026, 11, 22, 21, 5, 0, 0, time.UTC)
	first := Heal{ID: "a.1", Alarm: "a", Key: "k", Name: "ProcessDown", Rule: "web", Action: "restart", Kind: "restart_process",
		Module: "Qzone/WNS/50%25", Node: "n1", Process: "7", Started: at}
	second := Heal{ID: "b.1", Alarm: "b", Key: "l", Rule: "web", Step: 1, Module: "Qzone/WNS2", Dry: true, Result: HealWould, Started: at.Add(time.Minute), Ended: at.Add(time.Minute), Reason: "重启'; --"}
	must(t, db.Heals().Begin(ctx, first))
	must(t, db.Heals().Begin(ctx, second))
	if db.Heals().Begin(ctx, first) == nil {
		t.Error("a heal was written down twice")
	}
	must(t, db.Heals().Finish(ctx, "a.1", at.Add(time.Second), HealDone, "ok\n", ""))
	must(t, db.Heals().Judge(ctx, "a.1", at.Add(9*time.Second), Helped, "it ended"))
	must(t, db.Close())

	db = open()
	first.Ended, first.Result, first.Output = at.Add(time.Second), HealDone, "ok\n"
	first.Verified, first.Verdict, first.Reason = at.Add(9*time.Second), Helped, "it ended"
	f := func(filter HealFilter, want ...Heal) {
		t.Helper()
		got, err := db.Heals().List(ctx, filter)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v: %v\ngot  %+v\nwant %+v", filter, err, got, want)
		}
	}
	f(HealFilter{}, second, first)
	f(HealFilter{Limit: 1}, second)
	f(HealFilter{From: at.Add(time.Second)}, second)
	f(HealFilter{To: at.Add(time.Minute)}, first)
	f(HealFilter{Module: "Qzone/WNS"}, first) // and not WNS2
	f(HealFilter{Module: "Qzone/WNS/50%25"}, first)
	f(HealFilter{Module: "%"})
	f(HealFilter{Result: HealWould, Module: "Qzone"}, second)
	f(HealFilter{Result: Helped}, first)
	if n, err := db.Heals().Forget(ctx, at.Add(time.Second)); n != 1 || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
	f(HealFilter{}, second)
}

func testHealBrake(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	at := time.Date(2026, 11, 22, 21, 5, 0, 0, time.UTC)
	if b, err := db.Heals().Brake(ctx); b != nil || err != nil {
		t.Errorf("before the first: %+v, %v", b, err)
	}
	if err := db.Heals().Release(ctx, at, "li", "x"); !errors.Is(err, ErrNoBrake) {
		t.Errorf("released what was not on: %v", err)
	}
	for _, reason := range []string{"too much", "again too much"} {
		must(t, db.Heals().Stop(ctx, Brake{Since: at, Reason: reason}))
		must(t, db.Close())
		db = open()
		b, err := db.Heals().Brake(ctx)
		if want := (&Brake{Since: at, Reason: reason}); err != nil || !reflect.DeepEqual(b, want) {
			t.Errorf("%+v, %v; want %+v", b, err, want)
		}
		must(t, db.Heals().Release(ctx, at.Add(time.Hour), "li", "the rack is back"))
		b, err = db.Heals().Brake(ctx)
		if err != nil || !b.Released.Equal(at.Add(time.Hour)) || b.By != "li" || b.Why != "the rack is back" {
			t.Errorf("%+v, %v", b, err)
		}
	}
}
