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
		if len(got.Words) == 0 {
			got.Words = nil
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
	f("", Command{Verb: Help})
	f("  /headroom  ", Command{Verb: Help})
	f("帮助", Command{Verb: Help})
	f("@headroom Status Qzone/WNS", Command{Verb: Status, Words: []string{"Qzone/WNS"}})
	f("<@U024BE7LH> status SET_W13", Command{Verb: Status, Words: []string{"SET_W13"}})
	f("状态　相册", Command{Verb: Status, Words: []string{"相册"}})
	f(`status "a  b/c" d`, Command{Verb: Status, Words: []string{"a  b/c", "d"}})
	f("warn", Command{Verb: Warnings})
	f("WARNINGS Qzone", Command{Verb: Warnings, Words: []string{"Qzone"}})
	f("ack 0123456789abcdef-mh2k because I look", Command{Verb: Ack, Words: []string{"0123456789abcdef-mh2k", "because", "I", "look"}})
	f("mute SET_W13 1h", Command{Verb: Mute, Target: "SET_W13", For: time.Hour})
	f("mute cache SET_W13 1h30m because we change the disk", Command{Verb: Mute, Target: "cache SET_W13", For: 90 * time.Minute, Reason: "we change the disk"})
	f("屏蔽 1h 2h 3h", Command{Verb: Mute, Target: "1h", For: 2 * time.Hour, Reason: "3h"}) // a module may be named so
	f("mute “a b” 1D", Command{Verb: Mute, Target: "a b", For: 24 * time.Hour})
	f("run expand  shop/cart 3", Command{Verb: Run, Words: []string{"expand", "shop/cart", "3"}})
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
