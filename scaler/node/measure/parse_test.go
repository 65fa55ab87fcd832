package measure

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	const line = "4711 (a) (b c) S 1 4711 4711 0 -1 4194560 100 0 0 0 150 50 7 3 -20 -5 9 0 12345 1000000 256 18446744073709551615 1 1 0\n"
	got, err := parseStat([]byte(line))
	if want := (stat{cpu: 2.1, threads: 9, memory: 256 * pageSize}); err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	for _, bad := range []string{"", "1 (a", "1 (a) S 1", strings.Replace(line, " 256 ", " x ", 1), strings.Replace(line, " 150 ", " -150 ", 1)} {
		if _, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("takes %q", bad)
		}
	}
}

func TestParseStatOfThisProcess(t *testing.T) {
	b, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := parseStat(b); err != nil || got.threads < 2 || got.memory < 1<<20 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestParseCPUStat(t *testing.T) {
	v2 := parseCPUStat([]byte("usage_usec 1500000\nuser_usec 1\nsystem_usec 2\nnr_periods 10\nnr_throttled 4\nthrottled_usec 2500000\nnr_bursts 0\n"))
	if want := (cpuStat{usage: 1.5, periods: 10, throttled: 4, stood: 2.5}); v2 != want {
		t.Errorf("v2: %+v", v2)
	}
	v1 := parseCPUStat([]byte("nr_periods 10\nnr_throttled 4\nthrottled_time 2500000000\nwait_sum -1\n"))
	if !math.IsNaN(v1.usage) || v1.stood != 2.5 || v1.throttled != 4 {
		t.Errorf("v1: %+v", v1)
	}
}

func TestParseMachine(t *testing.T) {
	busy, idle, ok := parseMachineStat([]byte("cpu  10 20 30 400 50 6 7 8 900 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n"))
	if !ok || busy != 81 || idle != 450 {
		t.Errorf("busy %v, idle %v, %v", busy, idle, ok)
	}
	if _, _, ok := parseMachineStat([]byte("cpu  10 20\n")); ok {
		t.Error("takes a short line")
	}
	used, ok := parseMeminfo([]byte("MemTotal:       1000 kB\nMemFree:  1 kB\nMemAvailable:    300 kB\n"))
	if !ok || used != 700*1024 {
		t.Errorf("used %v, %v", used, ok)
	}
	if _, ok := parseMeminfo([]byte("MemTotal: 1000 kB\n")); ok {
		t.Error("an old kernel's meminfo has an available memory")
	}
}

func TestParseStatsD(t *testing.T) {
	f := func(text, worker string, port int, requests, busy float64) {
		t.Helper()
		got, err := parseStatsD([]byte(text))
		if err != nil || string(got.worker) != worker || got.port != port || got.requests != requests || math.Abs(got.busy-busy) > 1e-12 {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	f("http.request:12|ms|#worker:w7", "w7", 0, 1, 0.012)
	f("http.request:12.5|ms|@0.1|#env:a,port:8080", "", 8080, 10, 0.125)
	f("http.request:12|ms|#worker:w7,port:8080|@0.5", "w7", 8080, 2, 0.024)
	f("http.request:1:2:3|ms|#worker:w7|c:abc|T123", "w7", 0, 3, 0.006)

	bad := func(text string, want error) {
		t.Helper()
		if _, err := parseStatsD([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
	bad("requests:1|c|#worker:w7", errNoTimer)
	bad("nothing", errNoTimer)
	bad("t:12|ms", errNoWorker)
	bad("t:12|ms|#port:99999", errNoWorker)
	bad("t:-1|ms|#worker:w", errTiming)
	bad("t:NaN|ms|#worker:w", errTiming)
	bad("t:1e300|ms|#worker:w", errTiming)
	bad("t:1:|ms|#worker:w", errTiming)
	bad("t:1|ms|@0|#worker:w", errRate)
	bad("t:1|ms|@2|#worker:w", errRate)
	bad("t:1|ms|@5e-324|#worker:w", errRate) // which would be endlessly many
}

func TestParseHAProxy(t *testing.T) {
	f := func(text, worker string, port int, busy float64) {
		t.Helper()
		got, err := parseHAProxy([]byte(text), "10.0.0.7")
		if err != nil || string(got.worker) != worker || got.port != port || got.requests != 1 || got.busy != busy {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	f("hr1 web/w7 0 0 31 33 200 0/0 98", "w7", 0, 0.031)
	f("<134>Nov 27 21:00:00 lb haproxy[9]: hr1 web/10.0.0.7_8080 0 0 31 +33 200 0/0 98", "10.0.0.7_8080", 8080, 0.031)
	f("hr1 web/10.0.0.8_8080 0 0 31 33 200 0/0 98", "10.0.0.8_8080", 0, 0.031) // another node's
	f("hr1 web/127.0.0.1_8080 0 0 31 33 200 0/0 98", "127.0.0.1_8080", 8080, 0.031)
	f("hr1 web/w7 5 1 -1 30006 504 0/0 98", "w7", 0, 30) // no answer came

	bad := func(text string, want error) {
		t.Helper()
		if _, err := parseHAProxy([]byte(text), ""); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
	bad("hr1 web/<NOSRV> -1 -1 -1 0 503 0/0 98", errNoRequest)
	bad("hr1 web/w7 0 -1 -1 3001 503 0/0 98", errNoRequest)
	bad("hr1 web 0 0 31 33 200", errHAProxy)
	bad("hr1 web/w7 0 0 31", errHAProxy)
	bad("hr1 web/w7 0 0 x 33 200", errHAProxy)
	bad("hr1 web/w7 0 0 1e300 33 200", errHAProxy)
	bad("10.0.0.1:333 [..] web web/w7 0/0/0/31/31 200 98", errHAProxy)
}

const exposition = `# HELP http_request_duration_seconds How long.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{path="/a}b c",le="+Inf"} 3
http_request_duration_seconds_sum{path="/a}b c"} 1.5
http_request_duration_seconds_count{path="/a}b c"} 3
http_request_duration_seconds_sum{path="/x"} 0.5 1795348800000
http_request_duration_seconds_count{path="/x"} 2 1795348800000
http_request_duration_seconds_summary 99
other_sum 1
other_count 1
wait_milliseconds_sum 1500
wait_milliseconds_count 3
`

func TestParseMetrics(t *testing.T) {
	f := func(metric string, busy, requests float64) {
		t.Helper()
		got, err := parseMetrics(strings.NewReader(exposition), metric)
		if err != nil || got.busy != busy || got.requests != requests {
			t.Errorf("%s: %+v, %v", metric, got, err)
		}
	}
	f("http_request_duration_seconds", 2, 5)
	f("other", 1, 1)
	f("wait_milliseconds", 1.5, 3)
	if _, err := parseMetrics(strings.NewReader(exposition), "http_request_duration"); err == nil {
		t.Error("finds what is not there")
	}
	for _, absurd := range []string{"other_sum 1e308\nother_sum 1e308\nother_count 1\n", "other_sum 1\nother_count 1e300\n"} {
		if got, err := parseMetrics(strings.NewReader(absurd), "other"); err == nil {
			t.Errorf("%q is believed: %+v", absurd, got)
		}
	}
	long := "other_sum 1\nx{a=\"" + strings.Repeat("x", scrapeMaxLine-6) + "other_sum 5\n" + "other_count 1\n"
	if got, err := parseMetrics(strings.NewReader(long), "other"); err != nil || got.busy != 1 {
		t.Errorf("a line that is too long: %+v, %v", got, err)
	}
}

func FuzzParsers(f *testing.F) {
	for _, text := range []string{
		"4711 (a) S 1 4711 4711 0 -1 4194560 100 0 0 0 150 50 7 3 -20 -5 9 0 12345 1000000 256 18", "usage_usec 15\nnr_periods 1",
		"http.request:1:2|ms|@0.1|#worker:w7,port:8080", "hr1 web/h_8080 0 0 31 33 200 0/0 98", exposition, "cpu  1 2 3 4 5 6 7 8", "MemTotal: 1 kB\nMemAvailable: 2 kB",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := parseStat(b); err == nil && (s.cpu < 0 || s.threads < 0 || s.memory < 0) {
			t.Errorf("stat %+v", s)
		}
		parseCPUStat(b)
		parseMachineStat(b)
		if used, ok := parseMeminfo(b); ok && used < 0 {
			t.Errorf("memory %v", used)
		}
		for _, parse := range []func([]byte) (timing, error){parseStatsD, func(b []byte) (timing, error) { return parseHAProxy(b, "h") }} {
			got, err := parse(b)
			if err == nil && !(got.busy >= 0 && got.requests >= 1 && !math.IsInf(got.busy, 0) && got.port >= 0 && got.port < 65536) {
				t.Errorf("%q: %+v", b, got)
			}
		}
		if got, err := parseMetrics(strings.NewReader(string(b)), "other"); err == nil && !(got.busy >= 0 && got.requests >= 0) {
			t.Errorf("%q: %+v", b, got)
		}
	})
}

func TestMachineLoadIsOverAMinute(t *testing.T) {
	m := &machine{stat: noFile, meminfo: noFile}
	if got := m.load(); got.CPU != 0 || got.MemoryUsed != 0 {
		t.Errorf("%+v", got)
	}
	m.readings = []reading{{busy: 30, idle: 70}}
	if got := m.load().CPU; got != 30 {
		t.Errorf("since the machine's start: %v", got)
	}
	m.readings = append(m.readings, reading{busy: 50, idle: 50 + 70})
	if got := m.load().CPU; math.Abs(got-100*20.0/70) > 1e-9 {
		t.Errorf("%v", got)
	}

	real := openMachine("/proc")
	defer real.close()
	now := time.Unix(1e9, 0)
	for i := range 200 {
		real.look(now.Add(time.Duration(i) * time.Second))
	}
	if n := len(real.readings); n != 13 || real.readings[n-1].at.Sub(real.readings[0].at) != time.Minute {
		t.Errorf("%d readings", n)
	}
	if got := real.load(); got.MemoryUsed <= 0 {
		t.Errorf("%+v", got)
	}
}

func TestCountFiles(t *testing.T) {
	before := countFiles("/proc/self/fd")
	f, err := os.Open("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := countFiles("/proc/self/fd"); before < 3 || got <= before-2 {
		t.Errorf("%d open files, then %d", before, got)
	}
	if got := countFiles("/proc/self/nothing"); got != -1 {
		t.Errorf("%d", got)
	}
}
