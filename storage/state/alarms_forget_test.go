package state

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestForgettingManyAlarmsTakesSeveralTransactions(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	alarms := make([]Alarm, 2*forgetAtOnce+1)
	for i := range alarms {
		alarms[i] = alarmAt(fmt.Sprint(i), "Dead", "", "resolved", 0)
		alarms[i].Closed = alarmNoon.Add(time.Minute)
	}
	late := alarmAt("late", "Dead", "", "notified", 0) // it was open for long
	late.Closed = alarmNoon.Add(time.Hour)
	must(t, db.Alarms().Save(t.Context(), append(alarms, late, alarmAt("open", "Dead", "", "waiting", 0))))
	if n, err := db.Alarms().Forget(t.Context(), alarmNoon.Add(2*time.Minute)); err != nil || n != int64(len(alarms)) {
		t.Errorf("forgot %d, %v", n, err)
	}
	if got := alarmIDs(t, db, AlarmQuery{}); len(got) != 2 {
		t.Errorf("left: %v", got)
	}
}

// Nobody can write while it is looked for old alarms: that must not read all of them.
func TestForgettingLooksAtOldAlarmsOnly(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	rows, err := db.sql.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+forgetAlarms, 1, 1)
	must(t, err)
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		must(t, rows.Scan(&id, &parent, &unused, &detail))
		plan = append(plan, detail)
	}
	must(t, rows.Err())
	if text := strings.Join(plan, "\n"); !strings.Contains(text, "alarms_received (received_ms<?)") || strings.Contains(text, "SCAN") {
		t.Error(text)
	}
}
