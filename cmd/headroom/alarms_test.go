package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestAlarmsAreSetOutForPeople(t *testing.T) {
	var page alarmPage
	var told toldPage
	for text, into := range map[string]any{
		`{"alarms":[{"id":"a1","kind":"Dead","severity":"critical","path":"shop/web","node":"n1","received_at":"2026-11-27T12:00:00Z","outcome":"notified","reason":"told ops","acked_by":"ann","acked_until":"2026-11-27T14:00:00Z"},
			{"id":"a2","kind":"Slow","labels":{"instance":"n2:9100"},"received_at":"2026-11-27T11:00:00Z","closed_at":"2026-11-27T11:30:00Z","outcome":"healed","reason":"\u001b[31mit helped"},
			{"id":"a3","kind":"CommonCause","received_at":"2026-11-27T10:00:00Z","outcome":"notified","cause":{"component":{"kind":"rack","name":"r7"},"members":["a4","a5"]}}],"more":true}`: &page,
		`{"notifications":[{"at":"2026-11-27T12:00:30Z","receiver":"ops","integration":"webhook[0]","group":"{}","what":"failed","why":"new alarms","error":"no route to host","all_firing":2}]}`: &told,
	} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		print func(*bytes.Buffer) error
		want  []string
	}{
		{func(b *bytes.Buffer) error { return page.print(b) }, []string{"shop/web on n1", "acknowledged by ann until 11-27 14:00; told ops", "n2:9100", "healed, over", "rack r7 (2 alarms)", "--limit"}},
		{func(b *bytes.Buffer) error { return told.print(b) }, []string{"ops webhook[0]", "no route to host"}},
		{func(b *bytes.Buffer) error { return (&alarmPage{}).print(b) }, []string{"No alarms."}},
		{func(b *bytes.Buffer) error { return (&toldPage{}).print(b) }, []string{"Nobody was told"}},
	} {
		var b bytes.Buffer
		if err := c.print(&b); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("no %q in\n%s", want, &b)
			}
		}
		if strings.Contains(b.String(), "\x1b") {
			t.Errorf("control characters reach the terminal: %q", b.String())
		}
	}
}
