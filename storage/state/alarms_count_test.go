package state

import (
	"fmt"
	"path/filepath"
	"testing"
)

func TestCountsAreBounded(t *testing.T) {
	db := mustOpen(t, filepath.Join(t.TempDir(), "state.db"))
	alarms := make([]Alarm, MaxAlarmCounts+5)
	for i := range alarms {
		alarms[i] = alarmAt(fmt.Sprint(i), fmt.Sprint("kind", i), "", "waiting", 0)
	}
	alarms[len(alarms)-1].Kind = alarms[len(alarms)-2].Kind
	must(t, db.Alarms().Save(t.Context(), alarms))
	counts, err := db.Alarms().Count(t.Context(), AlarmQuery{}, 0, "kind", "node")
	if err != nil || len(counts) != MaxAlarmCounts || counts[0].Alarms != 2 {
		t.Errorf("%d counts, %v", len(counts), err)
	}
}
