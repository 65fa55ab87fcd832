package state

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

func leaseIDs(leases []Lease, err error) []string {
	ids := []string{}
	for _, l := range leases {
		ids = append(ids, l.ID)
	}
	if err != nil {
		ids = append(ids, err.Error())
	}
	return ids
}

func testLeases(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	at := func(minutes int) time.Time { return alarmNoon.Add(time.Duration(minutes) * time.Minute) }
	a := Lease{ID: "a", Kind: "deploy", Started: at(0), Pending: true, Data: []byte(`{"who":"李'; --"}`)}
	b := Lease{ID: "b", Kind: "deploy", Started: at(1), Pending: true, Data: []byte(`{}`)}
	c := Lease{ID: "c", Kind: "restart", Started: at(2), Pending: true, Data: []byte(`{}`)}
	must(t, db.Leases().Save(ctx, []Lease{a, b, c}, []LeaseAlarm{{"a", "x"}, {"a", "y"}, {"b", "x"}}))
	must(t, db.Leases().Save(ctx, nil, []LeaseAlarm{{"a", "y"}, {"a", "z"}}))
	b.Pending, b.Data = false, []byte(`{"how":"done"}`)
	must(t, db.Leases().Save(ctx, []Lease{b}, nil))
	must(t, db.Close())

	s := open().Leases()
	for name, ids := range map[string]struct{ got, want []string }{
		"pending": {leaseIDs(s.Pending(ctx)), []string{"a", "c"}},
		"newest":  {leaseIDs(s.Newest(ctx, 2)), []string{"c", "b"}},
		"of kind": {leaseIDs(s.OfKind(ctx, "deploy", 9)), []string{"b"}},
	} {
		if !reflect.DeepEqual(ids.got, ids.want) {
			t.Errorf("%s: %v, want %v", name, ids.got, ids.want)
		}
	}
	if got, err := s.Load(ctx, "a"); err != nil || !reflect.DeepEqual(got, a) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Load(ctx, "nothing"); !errors.Is(err, ErrNoLease) {
		t.Errorf("%v", err)
	}
	for lease, want := range map[string][]string{"a": {"x", "y", "z"}, "b": nil} {
		if got, err := s.Hidden(ctx, lease); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s has hidden %v, %v; want %v", lease, got, err, want)
		}
	}
	if n, err := s.Forget(ctx, at(60)); err != nil || n != 1 {
		t.Errorf("forgot %d, %v: those that are pending are kept", n, err)
	}
}

func testMutes(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	a := Mute{ID: "a", Made: alarmNoon, Data: []byte(`{"comment":"维护"}`)}
	b := Mute{ID: "b", Made: alarmNoon.Add(time.Minute), Data: []byte(`{}`)}
	must(t, db.Mutes().Put(ctx, b))
	must(t, db.Mutes().Put(ctx, a))
	b.Ended, b.Data = alarmNoon.Add(time.Hour), []byte(`{"ended_by":"li"}`)
	must(t, db.Mutes().Put(ctx, b))
	must(t, db.Close())
	if got, err := open().Mutes().Mutes(ctx); err != nil || !reflect.DeepEqual(got, []Mute{a, b}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func BenchmarkSaveHidden(b *testing.B) {
	db := openForBenchmark(b)
	const batch = 2000
	n := 0
	for b.Loop() {
		rows := make([]LeaseAlarm, batch)
		for i := range rows {
			rows[i] = LeaseAlarm{"lf53rh6paocp", fmt.Sprintf("%016x-mwzcya7t", n*2654435761)}
			n++
		}
		if err := db.Leases().Save(context.Background(), nil, rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/alarm")
}
