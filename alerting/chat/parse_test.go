package chat

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	f := func(text string, want Command) {
		t.Helper()
		got, err := Parse(text)
		if want.Matchers.String() != got.Matchers.String() {
			t.Errorf("%q: matchers %s", text, got.Matchers)
		}
		got.Matchers, want.Matchers = nil, nil
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
	f("", Command{Verb: Help})
	f("  /headroom  ", Command{Verb: Help})
	f("帮助", Command{Verb: Help})
	f("@headroom Status Qzone/WNS", Command{Verb: Status, Target: "Qzone/WNS"})
	f("<@U024BE7LH> status SET_W13", Command{Verb: Status, Target: "SET_W13"})
	f("状态 相册", Command{Verb: Status, Target: "相册"})
	f(`status "a b/c"`, Command{Verb: Status, Target: "a b/c"})
	f("warn", Command{Verb: Warnings})
	f("WARNINGS Qzone", Command{Verb: Warnings, Target: "Qzone"})
	f("alerts", Command{Verb: Alarms})
	f("ack 0123456789abcdef-mh2k because I look  after it", Command{Verb: Ack, Target: "0123456789abcdef-mh2k", Reason: "I look after it"})
	f("mute SET_W13 1h", Command{Verb: Mute, Target: "SET_W13", For: time.Hour})
	f("mute SET_W13 1h30m we change the disk", Command{Verb: Mute, Target: "SET_W13", For: 90 * time.Minute, Reason: "we change the disk"})
	f("屏蔽 1h 2h 3h", Command{Verb: Mute, Target: "1h", For: 2 * time.Hour, Reason: "3h"}) // a module may be named so
	f("mute “a b” 1D", Command{Verb: Mute, Target: "a b", For: 24 * time.Hour})
	f("restart shop/cart", Command{Verb: Restart, Target: "shop/cart"})
	f("restart shop/cart web-7 reason: it hangs", Command{Verb: Restart, Target: "shop/cart", Node: "web-7", Reason: "it hangs"})
	f("run expand  shop/cart 3", Command{Verb: Run, Target: "expand", Args: []string{"shop/cart", "3"}})
}

func TestParseMatchers(t *testing.T) {
	for text, want := range map[string]string{
		`mute alertname="Disk Full" 1h`:                `{alertname="Disk Full"}`,
		`mute alertname=DiskFull,node=~"web-.*" 1h x`:  `{alertname="DiskFull",node=~"web-.*"}`,
		`mute {alertname="DiskFull", env!="dev"} 1h`:   `{alertname="DiskFull",env!="dev"}`,
		`mute alertname=“DiskFull”， node=“a”  30m why`: `{alertname="DiskFull",node="a"}`,
	} {
		got, err := Parse(text)
		if err != nil || got.Matchers.String() != want || got.Target != "" {
			t.Errorf("%s: %s, %v; want %s", text, got.Matchers, err, want)
		}
	}
}

func TestParseTellsWhatIsWanted(t *testing.T) {
	for text, want := range map[string]string{
		"stauts x":                               `no command "stauts"; help lists them`,
		"status":                                 "of which module?",
		"ack":                                    "which alarm",
		"mute":                                   "what, and for how long?",
		"mute 1h":                                "what, and for how long?",
		"mute SET_W13":                           "what, and for how long?",
		"mute SET_W13 0s":                        "what, and for how long?",
		"mute SET_W13 8d":                        "longer than 1w",
		"mute a=~b( 1h":                          "read as matchers",
		`mute node=~".*" 1h`:                     "without any of these labels",
		`mute env!="dev" 1h`:                     "without any of these labels",
		"mute {} 1h":                             "",
		"restart":                                "which module?",
		"run":                                    "which flow?",
		`status "x`:                              "has no end",
		"status " + strings.Repeat("x", maxText): "up to 2000 bytes",
	} {
		if _, err := Parse(text); want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%.40s: %v; want %s", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"", "help", "mute a 1h", `mute a="b",c=~"d" 5m e`, "ack x y", "run a b", "“", "\x00\xff", `restart "a b" c`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error that says nothing")
			}
			return
		}
		if c.Verb == "" || c.For < 0 || c.For > MaxMute {
			t.Errorf("%q: %+v", text, c)
		}
		if c.Verb == Mute && (c.For == 0 || (c.Target == "") == (len(c.Matchers) == 0)) {
			t.Errorf("%q: %+v", text, c)
		}
		if len(c.Matchers) > 0 && matchesAll(c.Matchers) {
			t.Errorf("%q mutes everything", text)
		}
	})
}
