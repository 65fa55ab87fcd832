package state

import (
	"reflect"
	"testing"
	"time"
)

func toldAt(minutes int, receiver, what string, firing, ended []string) *Notification {
	return &Notification{
		At: alarmNoon.Add(time.Duration(minutes) * time.Minute), Receiver: receiver, Integration: "webhook[0]", GroupKey: "{}:{}",
		Labels: `{a="b"}`, What: what, Why: "first notification", Took: 20 * time.Millisecond, Firing: firing, Ended: ended, AllFiring: 7, AllEnded: 2,
	}
}

func notificationIDs(t *testing.T, db *DB, q NotificationQuery) (ids []int64) {
	t.Helper()
	found, err := db.Notifications().Find(t.Context(), q)
	must(t, err)
	for _, n := range found {
		ids = append(ids, n.ID)
	}
	return ids
}

func testNotifications(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	first := toldAt(0, "ops", Delivered, []string{"a1", "a2"}, nil)
	must(t, db.Notifications().Keep(ctx, []*Notification{first, toldAt(1, "dev", Failed, []string{"a1"}, nil)}, nil, nil))
	must(t, db.Notifications().Keep(ctx, []*Notification{toldAt(2, "ops", Delivered, []string{"a2"}, []string{"a1"})}, nil, nil))
	must(t, db.Close())
	db = open()
	for _, ask := range []struct {
		q    NotificationQuery
		want []int64
	}{
		{NotificationQuery{}, []int64{3, 2, 1}},
		{NotificationQuery{Limit: 2}, []int64{3, 2}},
		{NotificationQuery{From: alarmNoon.Add(time.Minute), To: alarmNoon.Add(2 * time.Minute)}, []int64{2}},
		{NotificationQuery{Receiver: "ops"}, []int64{3, 1}},
		{NotificationQuery{What: Failed}, []int64{2}},
		{NotificationQuery{Alarm: "a2"}, []int64{3, 1}},
		{NotificationQuery{Unsettled: true}, []int64{3, 1}},
	} {
		if got := notificationIDs(t, db, ask.q); !reflect.DeepEqual(got, ask.want) {
			t.Errorf("%+v: %v, want %v", ask.q, got, ask.want)
		}
	}
	found, err := db.Notifications().Find(ctx, NotificationQuery{Alarm: "a1", Limit: 1})
	must(t, err)
	want := toldAt(2, "ops", Delivered, []string{"a2"}, []string{"a1"})
	if want.ID = 3; !reflect.DeepEqual(found[0], want) {
		t.Errorf("%+v became %+v", want, found[0])
	}

	must(t, db.Notifications().Keep(ctx, nil, nil, []int64{1}))
	must(t, db.Notifications().Forget(ctx, alarmNoon.Add(time.Hour)))
	if got := notificationIDs(t, db, NotificationQuery{}); !reflect.DeepEqual(got, []int64{3}) {
		t.Errorf("%v are kept, want only the one that is not settled", got)
	}
}

func testNotifyEntries(t *testing.T, open func() *DB) {
	ctx, db := t.Context(), open()
	soon := time.Now().Add(time.Hour).Truncate(time.Millisecond).UTC()
	keep := func(id, value string, expires time.Time) {
		must(t, db.Notifications().Keep(ctx, nil, []Entry{{Kind: "silence", ID: id, Expires: expires, Value: []byte(value)}}, nil))
	}
	keep("s1", "one", soon)
	keep("s1", "two", soon)
	keep("s2", "old", time.Now().Add(-time.Hour))
	must(t, db.Close())
	db = open()
	entries, err := db.Notifications().Entries(ctx, "silence")
	must(t, err)
	if want := []Entry{{"silence", "s1", soon, []byte("two")}}; !reflect.DeepEqual(entries, want) {
		t.Errorf("%+v, want %+v", entries, want)
	}
	must(t, db.Notifications().Forget(ctx, alarmNoon))
}
