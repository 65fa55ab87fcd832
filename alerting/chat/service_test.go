package chat

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"headroom/alerting/alarm"
	"headroom/internal/config"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

func TestLooking(t *testing.T) {
	w := newWorld(t)
	w.wantAnswer("U2", "status SET_W13", `Qzone/SET_W13 at 21:05: load 23.5 %, normal are 19.0 to 22.6 %: deviates up since 20:58
7 devices, today's peak 27.3 % at 21:40, headroom 54 %
note: moves <soon>
2 alarms ring
• critical Slow of Qzone/SET_W13 on n2 since 21:03, folded (cccccccc-1)
• critical Dead of Qzone/SET_W13 on n1 since 21:03, notified (aaaaaaaa-1)`)
	w.wantAnswer("U2", "状态 相册", "Qzone/相册 at 21:05: stale (no data for 7 min)\n7 devices, today's peak 27.3 %, headroom 54 %\n0 alarms ring")
	w.wantAnswer("U2", "status qq/PUS", `there is no "qq/PUS". Is it one of QQ/push?`)
	w.wantAnswer("U2", "status push", "QQ/push at 21:05: load 20.0 %, normal are 19.0 to 22.6 %: deviates down\n7 devices, today's peak 27.3 %, headroom ? %\n1 alarm rings\n• critical Disk of QQ/push on n9 since 21:03, notified (bbbbbbbb-1)")
	w.wantAnswer("U2", "status SET_W02", `"SET_W02" is the name of 2: QQ/SET_W02, Qzone/SET_W02. Which one?`)
	w.wantAnswer("U2", "status nowhere", `there is no "nowhere"`)
	w.wantAnswer("U2", "warnings", `2 of 6 modules deviate at 21:05
• QQ/push: load 20.0 %, normal are 19.0 to 22.6 %: deviates down
• Qzone/SET_W13: load 23.5 %, normal are 19.0 to 22.6 %: deviates up since 20:58`)
	w.wantAnswer("U2", "warnings QQ", "1 of 2 modules deviate at 21:05\n• QQ/push: load 20.0 %, normal are 19.0 to 22.6 %: deviates down")
	w.wantAnswer("U2", "alarms", `3 alarms ring, 1 folded
• critical Lost of n7 since 21:03, notified (dddddddd-1)
• critical Disk of QQ/push on n9 since 21:03, notified (bbbbbbbb-1)
• critical Dead of Qzone/SET_W13 on n1 since 21:03, notified (aaaaaaaa-1)`)
	w.wantAnswer("U2", "alarms QQ", "1 alarm rings\n• critical Disk of QQ/push on n9 since 21:03, notified (bbbbbbbb-1)")
	for _, text := range []string{"status Video/cache SET_W01", "status video/CACHE set_w01", "status Cache set_w01", `status "cache SET_W01"`, "status cache SET_W01 please"} {
		if got := w.ask("U2", text).Text; !strings.HasPrefix(got, "Video/cache SET_W01 at 21:05") { // names may have blanks
			t.Errorf("%s: %s", text, got)
		}
	}
	w.wantAnswer("U2", "help", helpText)
	w.wantAnswer("U2", "hepl", `there is no command "hepl"; help lists them`)
	w.wantDid()
}

func TestActing(t *testing.T) {
	w := newWorld(t)
	w.wantAnswer("U1", "ack aaaaaaaa I look", "ann took on 1 alarm: I look\n• critical Dead of Qzone/SET_W13 on n1 since 21:03, notified, taken on by ann (aaaaaaaa-1)")
	w.wantAnswer("U1", "ack aaaaaaaa-1", "ann has taken it on at 21:05")
	w.wantAnswer("U1", "ack SET_W13 60d", "an alarm is taken on for up to 30d, or until it is over")
	w.wantAnswer("U1", "ack SET_W13 2h I look", "ann took on 1 alarm of Qzone/SET_W13 until 23:05 on 2026-11-22: I look\n• critical Slow of Qzone/SET_W13 on n2 since 21:03, folded, taken on by ann until 23:05 (cccccccc-1)")
	w.wantAnswer("U1", "ack SET_W13", "no alarm of Qzone/SET_W13 rings that nobody has taken on")
	w.wantDid("ack aaaaaaaa-1 by ann: I look", "ack cccccccc-1 by ann until 23:05: I look")
	w.wantAnswer("U1", "unack aaaaaaaa not mine", "ann gave back 1 alarm: not mine\n• critical Dead of Qzone/SET_W13 on n1 since 21:03, notified (aaaaaaaa-1)")
	w.wantAnswer("U1", "unack aaaaaaaa", "nobody has taken it on")
	w.wantAnswer("U1", "交还 SET_W13", "ann gave back 1 alarm of Qzone/SET_W13\n• critical Slow of Qzone/SET_W13 on n2 since 21:03, folded (cccccccc-1)")
	w.wantAnswer("U1", "unack SET_W13", "no alarm of Qzone/SET_W13 rings that somebody has taken on")
	w.wantAnswer("U1", "unack", "which alarm, or of which module? As in: unack Qzone/WNS/dispatch it is not ours")
	w.wantDid("unack aaaaaaaa-1 by ann: not mine", "unack cccccccc-1 by ann: ")

	w.wantAnswer("U1", "mute SET_W13 1h new disk", "ann muted Qzone/SET_W13 until 22:05 on 2026-11-22: new disk (silence-1)")
	w.wantAnswer("U1", "mute alertname=Disk 30m", `ann muted {alertname="Disk"} until 21:35 on 2026-11-22 (silence-1)`)
	w.wantDid(`mute {business="Qzone",module="SET_W13"} until 22:05 by ann: new disk`, `mute {alertname="Disk"} until 21:35 by ann: `)

	w.wantAnswer("U1", "restart push n9 it hangs", "ann asked for it: restart_workers of QQ/push on n9: done in 2 s")
	w.wantAnswer("U1", "restart Qzone", "Qzone is not a module but a business: name one of its modules")
	w.wantAnswer("U1", "restart push --all", `"--all" is not the name of a node`)
	w.wantAnswer("U1", "run expand", `there are no flows here, so "expand" cannot be run`)
	w.wantAnswer("U1", "restart cache SET_W01 n3 because it hangs", "ann asked for it: restart_workers of Video/cache SET_W01 on n3: done in 2 s")
	w.wantAnswer("U1", "mute cache SET_W01 1h", "ann muted Video/cache SET_W01 until 22:05 on 2026-11-22 (silence-1)")
	w.wantDid("restart QQ/push on n9 by ann: it hangs", "restart Video/cache SET_W01 on n3 by ann: it hangs", `mute {business="Video",module="cache SET_W01"} until 22:05 by ann: `)

	w.broken = true
	for _, text := range []string{"restart push", "mute push 1h", "ack push"} {
		w.wantAnswer("U1", text, "ann: that failed: the disk is full")
	}
	if a := w.ask("U2", "status push"); a.Public {
		t.Error("what somebody looked at is shown to all")
	}
	w.broken = false
	if a := w.ask("U1", "restart push"); !a.Public {
		t.Error("what somebody did is not shown to all")
	}
}

func TestRights(t *testing.T) {
	w := newWorld(t)
	for _, text := range []string{"ack SET_W13", "mute SET_W13 1h", "restart SET_W13", "run x"} {
		if got := w.ask("U2", text).Text; !strings.HasPrefix(got, "bob may look but not change anything; to ") {
			t.Errorf("%s: %s", text, got)
		}
		if got := w.ask("U9", text).Text; !strings.Contains(got, `I do not know you`) || !strings.Contains(got, `"slack:U9"`) {
			t.Errorf("%s: %s", text, got)
		}
	}
	if got := w.ask("U9", "status push").Text; strings.Contains(got, "load") {
		t.Errorf("a stranger was told: %s", got)
	}

	// qi has Qzone only.
	for text, want := range map[string]string{
		"status QQ/push":                        "qi may ask about Qzone only",
		"status push":                           `there is no "push"`,
		"status SET_W02":                        "Qzone/SET_W02 at 21:05",
		"warnings":                              "1 of 3 modules deviate",
		"warnings QQ":                           "qi may ask about Qzone only",
		"alarms":                                "1 alarm rings, 1 folded",
		"ack bbbbbbbb-1":                        `there is no "bbbbbbbb-1"`,
		"ack dddddddd-1":                        `there is no "dddddddd-1"`, // nobody knows whose it is
		"restart QQ/push":                       "qi may ask about Qzone only",
		"mute QQ 1h":                            "qi may ask about Qzone only",
		"mute alertname=Disk 1h":                "qi may mute in Qzone only",
		`mute business=~"Qzone|QQ" 1h`:          "qi may mute in Qzone only",
		"mute business=Qzone,alertname=Disk 1h": "qi muted",
	} {
		if got := w.ask("U3", text).Text; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s; want %s", text, got, want)
		}
	}
	w.wantDid(`mute {business="Qzone",alertname="Disk"} until 22:05 by qi: `)
}

func TestEverythingIsWrittenDown(t *testing.T) {
	w := newWorld(t)
	w.ask("U1", "restart push")
	w.ask("U2", "restart push")
	w.ask("U9", "nonsense")
	w.broken = true
	w.ask("U1", "restart push")
	want := []string{
		`slack:U1 ann restart "restart push" done`, `slack:U2 bob restart "restart push" refused`,
		`slack:U9   "nonsense" refused`, `slack:U1 ann restart "restart push" failed`,
	}
	if got := fmt.Sprint(w.audit()); len(w.audit()) != 4 {
		t.Error(got)
	}
	for _, line := range want {
		if !strings.Contains(fmt.Sprint(w.audit()), line) {
			t.Errorf("lacks %s: %q", line, w.audit())
		}
	}

	// What was asked before, or cannot be written down, is not done.
	w.did, w.broken = nil, false
	if _, err := w.Do(t.Context(), Request{ID: "r1", Chat: "slack", User: "U1", Text: "restart push"}); !errors.Is(err, state.ErrAskedBefore) {
		t.Errorf("asked twice: %v", err)
	}
	_ = w.db.Close()
	if _, err := w.Do(t.Context(), Request{ID: "new", Chat: "slack", User: "U1", Text: "restart push"}); err == nil {
		t.Error("done without being written down")
	}
	w.wantDid()
}

func TestLongListsAreCut(t *testing.T) {
	w := newWorld(t)
	w.alarms = nil
	for i := range 200 {
		w.alarms = append(w.alarms, ringing(fmt.Sprintf("%08d-1", i), "Dead", fleet.Path{"QQ", "push"}, fmt.Sprint("n", i)))
	}
	got := w.ask("U1", "alarms").Text
	if !strings.HasPrefix(got, "200 alarms ring\n• critical Dead of QQ/push on n199") || !strings.HasSuffix(got, "… and 185 more") {
		t.Error(got)
	}
	w.wantAnswer("U1", "ack push", "200 alarms of QQ/push ring; up to 100 can be taken on or given back at a time: mute it, or name a part of it")
	w.wantAnswer("U1", "ack 0000000", `there is no "0000000"`)
	w.wantAnswer("U1", "ack 00000001", "ann took on 1 alarm\n• critical Dead of QQ/push on n1 since 21:03, notified, taken on by ann (00000001-1)")
	w.alarms = append(w.alarms, &alarm.Alarm{ID: "00000002-2"})
	w.wantAnswer("U1", "ack 00000002", "2 alarms have an id that begins with 00000002; name more of it")
}

func TestNewTellsEveryFault(t *testing.T) {
	_, err := New(Options{Config: config.Chat{
		Slack:   config.ChatSlack{SigningSecretFile: "/no/such/slack"},
		Webhook: config.ChatWebhook{SecretFile: "/dev/null"},
		WeCom:   config.ChatWeCom{Token: "t", AESKey: "short"},
	}})
	for _, want := range []string{"slack.signing_secret: read a secret", "webhook.secret: the file /dev/null is empty", "wecom.aes_key: an EncodingAESKey has 43"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %s", err, want)
		}
	}
}
