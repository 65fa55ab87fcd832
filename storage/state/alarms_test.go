package state

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

var alarmNoon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func alarmAt(id, kind, path, outcome string, minutes int) Alarm {
	return Alarm{
		ID: id, Key: "k" + id, Kind: kind, Path: path, Node: "n1", Severity: "warning", Source: "api", Outcome: outcome,
		Received: alarmNoon.Add(time.Duration(minutes) * time.Minute), Data: fmt.Appendf(nil, `{"id":%q,"text":"100%% of %s"}`, id, kind),
	}
}

func alarmIDs(t *testing.T, db *DB, q AlarmQuery) (ids []string) {
	t.Helper()
	must(t, db.Alarms().Each(t.Context(), q, func(a Alarm) error { ids = append(ids, a.ID); return nil }))
	return ids
}

func testAlarms(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	a, b, c := alarmAt("a", "Dead", "Qzone/WNS", "waiting", 0), alarmAt("b", "Slow", "Qzone/WNSx", "muted", 1), alarmAt("c", "Dead", "Qzone/WNS/d", "notified", 1441)
	must(t, db.Alarms().Save(ctx, []Alarm{a, b, c}))
	c.Closed, c.Outcome = alarmNoon.Add(48*time.Hour), "healed"
	must(t, db.Alarms().Save(ctx, []Alarm{c}))
	must(t, db.Close())
	db = open()

	for _, ask := range []struct {
		q    AlarmQuery
		want []string
	}{
		{AlarmQuery{}, []string{"c", "b", "a"}},
		{AlarmQuery{Limit: 1, Offset: 1}, []string{"b"}},
		{AlarmQuery{Open: true}, []string{"b", "a"}},
		{AlarmQuery{From: alarmNoon.Add(time.Minute), To: alarmNoon.Add(time.Hour)}, []string{"b"}},
		{AlarmQuery{Path: "Qzone/WNS"}, []string{"c", "a"}},
		{AlarmQuery{Path: "Qzone/WN_"}, nil},
		{AlarmQuery{Path: "qzone"}, nil},
		{AlarmQuery{Without: "muted"}, []string{"c", "a"}},
		{AlarmQuery{Kind: "Dead", Outcome: "healed"}, []string{"c"}},
		{AlarmQuery{Key: "kb", Node: "n1", Severity: "warning", Source: "api"}, []string{"b"}},
		{AlarmQuery{Search: "100% of slow"}, []string{"b"}},
		{AlarmQuery{Search: "100_ of slow"}, nil},
	} {
		if got := alarmIDs(t, db, ask.q); !reflect.DeepEqual(got, ask.want) {
			t.Errorf("%+v: %v, want %v", ask.q, got, ask.want)
		}
	}

	counts, err := db.Alarms().Count(ctx, AlarmQuery{}, 0, "kind")
	if err != nil || !reflect.DeepEqual(counts, []AlarmCount{{[]string{"Dead"}, 2}, {[]string{"Slow"}, 1}}) {
		t.Errorf("%v, %v", counts, err)
	}
	counts, err = db.Alarms().Count(ctx, AlarmQuery{Outcome: "healed"}, 13*time.Hour, "day", "outcome") // a day later there
	if want := []AlarmCount{{[]string{fmt.Sprint(alarmNoon.Unix()/86400 + 2), "healed"}, 1}}; err != nil || !reflect.DeepEqual(counts, want) {
		t.Errorf("%v, %v; want %v", counts, err, want)
	}
	counts, err = db.Alarms().Count(ctx, AlarmQuery{Outcome: "healed"}, 13*time.Hour, "quarter", "business")
	if len(counts) != 1 || counts[0].Values[0] != fmt.Sprint(alarmNoon.AddDate(0, 0, 1).Unix()/900) || counts[0].Values[1] != "Qzone" {
		t.Errorf("%v, %v", counts, err)
	}
	if _, err := db.Alarms().Count(ctx, AlarmQuery{}, 0, "color"); err == nil {
		t.Error("counted by a column that is not there")
	}

	if _, err := db.Alarms().Load(ctx, "nothing"); !errors.Is(err, ErrNoAlarm) {
		t.Errorf("%v", err)
	}
	if data, err := db.Alarms().Load(ctx, "c"); err != nil || string(data) != string(c.Data) {
		t.Errorf("%s, %v", data, err)
	}
	if n, err := db.Alarms().Forget(ctx, alarmNoon.Add(72*time.Hour)); err != nil || n != 1 {
		t.Errorf("forgot %d, %v", n, err)
	}
	if got := alarmIDs(t, db, AlarmQuery{}); len(got) != 2 {
		t.Errorf("an open alarm was forgotten: %v", got)
	}
}

func openForBenchmark(b *testing.B) *DB {
	b.Helper()
	db, err := Open(b.TempDir() + "/state.db")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	return db
}

func BenchmarkSaveAlarms(b *testing.B) {
	db := openForBenchmark(b)
	const batch = 1000
	text := make([]byte, 1500)
	for i := range text {
		text[i] = 'x'
	}
	n := 0
	for b.Loop() {
		alarms := make([]Alarm, batch)
		for i := range alarms {
			alarms[i] = alarmAt(fmt.Sprintf("%016x-%d", n*2654435761, n), "Dead", "Qzone/WNS/dispatch/SET_W13", "waiting", n)
			alarms[i].Data = text
			n++
		}
		if err := db.Alarms().Save(context.Background(), alarms); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/alarm")
}
