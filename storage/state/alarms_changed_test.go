package state

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestAlarmsInTheOrderOfAMoment(t *testing.T) {
	db := mustOpen(t, t.TempDir()+"/state.db")
	var rows []Alarm
	for i := range 6 {
		a := alarmAt(fmt.Sprint("a", i), "Dead", "Qzone", "notified", i/2)
		if i > 2 {
			a.Closed = alarmNoon.Add(time.Duration(20-i) * time.Minute)
		}
		rows = append(rows, a)
	}
	must(t, db.Alarms().Save(t.Context(), rows))
	f := func(m AlarmMoment, from time.Time, id string, limit int, want ...string) {
		t.Helper()
		found, err := db.Alarms().Since(t.Context(), m, from, id, limit)
		var got []string
		for _, a := range found {
			got = append(got, a.ID)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s %v %s: %q, %v", m, from, id, got, err)
		}
	}
	f(AlarmReceived, time.Time{}, "", 10, "a0", "a1", "a2", "a3", "a4", "a5")
	f(AlarmReceived, alarmNoon.Add(time.Minute), "a2", 2, "a3", "a4")
	f(AlarmClosed, time.Time{}, "", 10, "a5", "a4", "a3")
	f(AlarmClosed, alarmNoon.Add(16*time.Minute), "", 10, "a4", "a3")
	f(AlarmClosed, alarmNoon.Add(16*time.Minute), "a4", 10, "a3")
}
