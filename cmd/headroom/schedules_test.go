package main

import (
	"strings"
	"testing"

	"headroom/scaler/flow"
)

func TestScheduleCommands(t *testing.T) {
	api, cl, out := flowAPI(t)
	const one = `{"id":"s1","flow":"restart","inputs":{},"cron":"0 2 * * SUN","who":"ann","why":"weekly\u001b[31m","created":"2026-11-22T12:00:00Z","next":"2026-11-29T02:00:00Z","last_run":"r9"}`
	api.answers["GET schedules"] = ok(`{"schedules":[` + one + `],"windows":[{"name":"night","cron":"0 1 * * *","zone":"","duration_seconds":7200,"path":""}]}`)
	api.answers["POST schedules"] = ok(one)
	api.answers["DELETE schedules/s1"] = ok(`{"removed":"s1"}`)
	f := func(c scheduleCommand, do func(*scheduleCommand) error, wants ...string) {
		t.Helper()
		out.Reset()
		c.client = cl
		if err := do(&c); err != nil {
			t.Fatal(err)
		}
		lacks(t, out.String(), wants...)
	}
	f(scheduleCommand{}, (*scheduleCommand).list, "Schedules: 1", "s1  restart  0 2 * * SUN  11-29 02:00  r9", "night   0 1 * * *  120 min  all")
	f(scheduleCommand{one: flow.Schedule{Flow: "restart", Cron: "0 2 * * SUN", Why: "weekly"}, given: []string{"module=shop/web"}}, (*scheduleCommand).add,
		"schedule s1 starts restart at 2026-11-29 02:00")
	if !strings.Contains(api.body, `"inputs":{"module":"shop/web"}`) || !strings.Contains(api.body, `"who":"`+me()+`"`) {
		t.Errorf("sent %s", api.body)
	}
	f(scheduleCommand{one: flow.Schedule{ID: "s1"}}, (*scheduleCommand).remove, "schedule s1 is removed")
	api.answers["GET schedules"] = ok(`{"schedules":[],"windows":[]}`)
	f(scheduleCommand{}, (*scheduleCommand).list, "headroom schedule add FLOW")
}
