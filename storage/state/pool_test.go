package state

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

func testPool(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	at := time.Date(2026, 11, 22, 21, 5, 0, 0, time.UTC)
	if p, err := db.Pool().Load(ctx); err != nil || !reflect.DeepEqual(p, PoolState{}) {
		t.Errorf("before the first: %+v, %v", p, err)
	}
	row := func(id, data string) PoolRow { return PoolRow{id, []byte(data)} }
	first := PoolState{
		Nodes: []PoolRow{row("n1", `{"a":1}`), row("节点'; --", `{}`)}, Services: []PoolRow{row("Qzone/WNS", `{}`)},
		Workers: []PoolRow{row("w1", `{}`), row("w2", `{}`)}, Memories: []PoolRow{row("Qzone/WNS", `{}`)},
	}
	must(t, db.Pool().Save(ctx, PoolChange{Put: first, Decisions: []PoolDecision{{ID: "d1", Module: "Qzone/WNS", At: at, Direction: "out", Data: []byte(`{}`)}}}))
	must(t, db.Close())
	db = open()
	if p, err := db.Pool().Load(ctx); err != nil || !reflect.DeepEqual(p, first) {
		t.Errorf("got  %+v, %v\nwant %+v", p, err, first)
	}

	change := PoolChange{
		Put:       PoolState{Nodes: []PoolRow{row("n1", `{"a":2}`)}},
		Gone:      PoolGone{Nodes: []string{"节点'; --"}, Workers: []string{"w1", "never"}, Services: []string{"Qzone/WNS"}, Memories: []string{"Qzone/WNS"}},
		Decisions: []PoolDecision{{ID: "d1", Direction: "in"}},
	}
	rename := func(from, to string) {
		_, err := db.exec(ctx, "ALTER TABLE "+from+" RENAME TO "+to)
		must(t, err)
	}
	rename("pool_decisions", "elsewhere")
	if db.Pool().Save(ctx, change) == nil {
		t.Error("a decision was kept nowhere")
	}
	rename("elsewhere", "pool_decisions")
	if p, _ := db.Pool().Load(ctx); !reflect.DeepEqual(p, first) {
		t.Errorf("half of a change was made: %+v", p)
	}
	must(t, db.Pool().Save(ctx, change))
	if d, err := db.Pool().Decision(ctx, "d1"); err != nil || d.Direction != "out" {
		t.Errorf("the first decision of an id is kept as %+v, %v", d, err)
	}
	want := PoolState{Nodes: []PoolRow{row("n1", `{"a":2}`)}, Workers: []PoolRow{row("w2", `{}`)}}
	if p, err := db.Pool().Load(ctx); err != nil || !reflect.DeepEqual(p, want) {
		t.Errorf("got  %+v, %v\nwant %+v", p, err, want)
	}
}

func testPoolDecisions(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	at := time.Date(2026, 11, 22, 21, 5, 0, 0, time.UTC)
	var all []PoolDecision
	for i, module := range []string{"Qzone/WNS", "Qzone/WNS2", "Qzone/WNS/50%25", "QQ"} {
		direction := []string{"out", "hold", "in", "hold"}[i]
		all = append(all, PoolDecision{fmt.Sprint("d", i), module, at.Add(time.Duration(i) * time.Minute), direction, []byte(fmt.Sprintf(`{"i":%d}`, i))})
	}
	must(t, db.Pool().Save(ctx, PoolChange{Decisions: all}))
	must(t, db.Close())
	db = open()
	f := func(q PoolDecisionQuery, count int, want ...PoolDecision) {
		t.Helper()
		got, err := db.Pool().Decisions(ctx, q)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v: %v\ngot  %+v\nwant %+v", q, err, got, want)
		}
		if n, err := db.Pool().CountDecisions(ctx, q); n != count || err != nil {
			t.Errorf("%+v: counted %d, %v; want %d", q, n, err, count)
		}
	}
	f(PoolDecisionQuery{}, 4, all[3], all[2], all[1], all[0])
	f(PoolDecisionQuery{Limit: 2, Offset: 1}, 4, all[2], all[1])
	f(PoolDecisionQuery{Module: "Qzone/WNS"}, 2, all[2], all[0]) // and not WNS2
	f(PoolDecisionQuery{Module: "%"}, 0)
	f(PoolDecisionQuery{Direction: "hold"}, 2, all[3], all[1])
	f(PoolDecisionQuery{Without: "hold"}, 2, all[2], all[0])
	f(PoolDecisionQuery{From: at.Add(time.Minute), To: at.Add(3 * time.Minute)}, 2, all[2], all[1])

	if d, err := db.Pool().Decision(ctx, "d2"); err != nil || !reflect.DeepEqual(d, all[2]) {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := db.Pool().Decision(ctx, "d9"); !errors.Is(err, ErrNoDecision) {
		t.Error(err)
	}
	if n, err := db.Pool().ForgetDecisions(ctx, at.Add(2*time.Minute)); n != 2 || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
	f(PoolDecisionQuery{}, 2, all[3], all[2])

	many := make([]PoolDecision, 2*forgetAtOnce)
	for i := range many {
		many[i] = PoolDecision{ID: fmt.Sprint("m", i), At: at}
	}
	must(t, db.Pool().Save(ctx, PoolChange{Decisions: many}))
	if n, err := db.Pool().ForgetDecisions(ctx, at.Add(time.Second)); n != 2*forgetAtOnce || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
}
