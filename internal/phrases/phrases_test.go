package phrases

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestIn(t *testing.T) {
	f := func(english, want string) {
		t.Helper()
		if got := In(Chinese, english); got != want {
			t.Errorf("%q:\n got %q\nwant %q", english, got, want)
		}
	}
	f("no load since 2026-11-28 06:44", "自 2026-11-28 06:44 起没有负载数据")
	f("7 devices: with 95 % probability the largest peak of 30 days stays below 63.2 % (Singles' Day: × 1.5); 7 × 63.2 ÷ 60 makes 8 devices, 1 more to replace what fails, request 2.",
		"现有 7 台：30 天内的最大峰值以 95% 的概率低于 63.2%（Singles' Day：× 1.5）；7 × 63.2 ÷ 60 得 8 台，另加 1 台备机，申请 2 台。")
	f("told to ops/webhook, mail/email; its end, too", "已通知 ops/webhook、mail/email；恢复也已通知")
	f("muted by a silence of ann (new disks; see the plan) until 2026-11-28 07:00:00 UTC", "被 ann 的静默隐藏至 2026-11-28 07:00:00 UTC（new disks; see the plan）")
	f("Busy 0.71 of 12 processes (511.2 s in a minute) is above 0.60: 15 workers bring it there; at most 3 may be added at once; the maximum is 14.",
		"12 个进程的忙碌比例为 0.71（每分钟 511.2 秒），高于 0.60：15 个工作进程可使其降到该值；一次最多增加 3 个；最大值为 14。")
	f("restart did not help within 1 min 30 s", "restart 在 1 分钟 30 秒内无效")
	f("what nobody has translated", "what nobody has translated")
	f("no load since somebody slept", "no load since somebody slept")
	f("[19, 22.6]", "[19, 22.6]")
	f("band: 0 of 3 days at this time of day, ready on 2026-12-01; peak: 0 of 7 full days, ready on 2026-12-05",
		"置信区间：此时段仅有 0 天数据，需 3 天，预计 2026-12-01 起可评估；峰值：仅有 0 个完整日，需 7 个，预计 2026-12-05 起可评估")
}

// sample is an argument of each kind, as it is written in English.
var sample = map[string]string{
	"n": "12.5", "t": "2026-11-28 06:44", "d": "1h30m", "name": "Qzone/WNS", "names": "ann, bob and cid", "says": "learning, bob and stale",
	"say": "learning", "text": "somebody’s own words",
}

// TestEveryTemplateIsSaid fills every template in English, and wants it back in
// Chinese with all its arguments, without English words beside them.
func TestEveryTemplateIsSaid(t *testing.T) {
	if n := len(entries()); n < 400 {
		t.Fatalf("the catalogue has %d texts", n)
	}
	for _, e := range entries() {
		checkEntry(t, e)
		for _, v := range variants(e.english) {
			checkSaid(t, e, parse(v))
		}
	}
}

func checkSaid(t *testing.T, e entry, english form) {
	t.Helper()
	arguments, said := map[string]string{}, map[string]string{}
	s := newSearch()
	for i := range english {
		if p := &english[i]; p.slot != "" {
			arguments[p.slot] = sample[p.kind()]
			said[p.slot], _ = s.argument(p.kind(), sample[p.kind()])
		}
	}
	text, want := write(english, arguments), parse(e.chinese).fill(said)
	if got := In(Chinese, text); got != want {
		t.Errorf("%s: %q is said as %q, want %q", e.place, text, got, want)
	}
}

// write is what the code does with a template.
func write(f form, arguments map[string]string) string {
	var b strings.Builder
	for i := range f {
		b.WriteString(f[i].literal + arguments[f[i].slot])
	}
	return b.String()
}

var (
	latin = regexp.MustCompile(`[A-Za-z]+`)
	// commands, files, paths and formulas of numbers alone are the same in every language.
	commands = regexp.MustCompile(`headroom [a-z]+( [a-z]+)*( --[a-z]+ TEXT)?|docs/[a-z.]+|/api/v1/[a-z]+|packages_extra|host:port|http://NODE:8080/health|Authorization: Bearer hr_…|--web\.external-url|make build|package:nginx|port:80|√\(\(0.52 · e\^\(1−w\) · p\^w\)² \+（趋势误差）²\)`)
	// examples are of what a person fills in.
	examples = regexp.MustCompile(`2006-01-02T15:04:05\+08:00|\d\d:\d\d|2026-12-24:2027-01-02|monday(:friday)?|1m30s|30[sd]|7d|2h|Qzone/WNS|Asia/Shanghai|alertname=|@2026-11-22T21:05|(user|group|token|chat|row|order|report|scale|alarm|heal|mute|request|run|node|forecast):|/peak/|rack|r12|flows\.schedules|UTF-8`)
	// universal are names of products and units, and the letters of mathematics.
	universal = []string{"R", "Headroom", "MiB", "z", "s", "e", "p", "w", "n", "t", "ln", "log", "exp",
		"JSON", "HTTP", "TCP", "PromQL", "NODE", "host", "port", // and the fields of a flow's inputs
		"name", "version", "file", "source", "target", "owner", "mode", "template", "path", "text", "group", "absent", "false",
		"access", "report"} // sections of the configuration
)

func checkEntry(t *testing.T, e entry) {
	t.Helper()
	english, chinese := parse(strings.NewReplacer("[", "", "]", "").Replace(e.english)), parse(e.chinese)
	for i := range english {
		if slot := english[i].slot; slot != "" && !strings.Contains(e.chinese, "{"+slot+"}") {
			t.Errorf("%s: %q loses {%s}", e.place, e.chinese, slot)
		}
		if i > 0 && english[i].slot != "" && english[i-1].slot != "" {
			t.Errorf("%s: nothing stands between two placeholders of %q", e.place, e.english)
		}
	}
	for i := range chinese {
		if slot := chinese[i].slot; slot != "" && !strings.Contains(e.english, "{"+slot+"}") {
			t.Errorf("%s: %q has {%s}, which English does not", e.place, e.chinese, slot)
		}
	}
	literal := examples.ReplaceAllString(commands.ReplaceAllString(write(chinese, nil), ""), "")
	for _, word := range latin.FindAllString(literal, -1) {
		if !slices.Contains(universal, word) {
			t.Errorf("%s: %q has the word %s", e.place, e.chinese, word)
		}
	}
	if strings.ContainsFunc(literal, isHan) && strings.ContainsAny(literal, ",;:()?") {
		t.Errorf("%s: %q has western punctuation", e.place, e.chinese)
	}
}
