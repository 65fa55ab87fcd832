package state

import (
	"errors"
	"reflect"
	"testing"
	"time"
)

func testChat(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	at := time.Date(2026, 11, 22, 21, 5, 0, 0, time.UTC)
	first := ChatCommand{Request: "a", At: at, Chat: "slack:U1", Who: "ann", Verb: "restart", Text: "restart 下单'; --"}
	second := ChatCommand{Request: "b", At: at.Add(time.Minute), Chat: "wecom:li"}
	must(t, db.Chat().Begin(ctx, first))
	must(t, db.Chat().Begin(ctx, second))
	must(t, db.Chat().Finish(ctx, "a", at.Add(time.Second), "done", "restarted"))
	must(t, db.Close())

	db = open()
	if err := db.Chat().Begin(ctx, first); !errors.Is(err, ErrAskedBefore) {
		t.Errorf("asked twice: %v", err)
	}
	first.Answered, first.Result, first.Answer = at.Add(time.Second), "done", "restarted"
	f := func(from, to time.Time, limit int, want ...ChatCommand) {
		t.Helper()
		got, err := db.Chat().List(ctx, from, to, limit)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
		}
	}
	f(at, at.Add(time.Hour), 10, second, first)
	f(at, at.Add(time.Hour), 1, second)
	f(at, at.Add(time.Minute), 10, first)
	if n, err := db.Chat().Forget(ctx, at.Add(time.Second)); n != 1 || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
	f(at, at.Add(time.Hour), 10, second)
}
