package notify_test

import (
	"bufio"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/alerting"
	"headroom/alerting/alarm"
	"headroom/storage/state"
)

// Variables that make the test binary a server that is killed.
const (
	serveDir  = "HEADROOM_NOTIFY_TEST_DIR"
	serveSink = "HEADROOM_NOTIFY_TEST_SINK"
)

// TestServe is the program that the tests below kill; it does nothing by itself.
func TestServe(t *testing.T) {
	dir := os.Getenv(serveDir)
	if dir == "" {
		return
	}
	newWorld(t, quick, func(w *world) {
		w.dir, w.sink = dir, &sink{Server: &httptest.Server{URL: os.Getenv(serveSink)}}
		w.write(quick)
		t.Cleanup(func() {})
		go func() { time.Sleep(2 * time.Minute); os.Exit(1) }() // nobody killed it
	}).serve()
}

// serve says where the API is, and serves until it is killed.
func (w *world) serve() {
	fmt.Println("serving", w.api.URL)
	select {}
}

// victim is a world in another process.
type victim struct {
	*world
	process *exec.Cmd
}

func newVictim(t *testing.T) *victim {
	v := &victim{world: &world{t: t, dir: t.TempDir(), sink: newSink(t), end: func() {}}}
	v.start()
	return v
}

func (v *victim) start() {
	v.t.Helper()
	v.process = exec.Command(os.Args[0], "-test.run=^TestServe$", "-test.v")
	v.process.Env = append(os.Environ(), serveDir+"="+v.dir, serveSink+"="+v.sink.URL)
	out, err := v.process.StdoutPipe()
	must(v.t, err)
	must(v.t, v.process.Start())
	v.t.Cleanup(func() { _ = v.process.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			v.api = &httptest.Server{URL: address}
			go func() {
				for lines.Scan() { // so that it never waits for us to read
				}
			}()
			return
		}
	}
	v.t.Fatal("the server did not start")
}

// kill ends the process without a chance to do anything more.
func (v *victim) kill() {
	v.t.Helper()
	must(v.t, v.process.Process.Kill())
	_ = v.process.Wait() // it was killed
}

// told counts by alarm and status what came within d.
func (v *victim) told(d time.Duration, into map[string]int) {
	for end := time.After(d); ; {
		select {
		case h := <-v.sink.got:
			for _, a := range h.Alerts {
				into[a.Labels["alertname"]+"/"+a.Status]++
			}
		case <-end:
			return
		}
	}
}

func TestKillLosesNoNotification(t *testing.T) {
	t.Parallel()
	v := newVictim(t)
	// Killed as soon as the alarm was taken: it is told after the restart.
	v.fire(named("One", "job", "a"))
	v.kill()
	v.start()
	v.expect("firing ops: One/firing")
	// Killed as soon as the message was out: it is repeated once at most.
	v.fire(named("Two", "job", "b"))
	v.expect("firing ops: Two/firing")
	v.kill()
	v.start()
	counts := map[string]int{}
	v.told(3*time.Second, counts)
	if counts["Two/firing"] > 1 || counts["One/firing"] > 1 {
		t.Errorf("told again %v times after a kill", counts)
	}
	// Killed while the ends are told: they are told, and once more at the most.
	v.stop(named("One", "job", "a"), named("Two", "job", "b"))
	v.kill()
	v.start()
	v.stop(named("One", "job", "a"), named("Two", "job", "b")) // senders repeat an end
	clear(counts)
	for end := time.Now().Add(patience); counts["One/resolved"] == 0 || counts["Two/resolved"] == 0; {
		if v.told(100*time.Millisecond, counts); time.Now().After(end) {
			t.Fatalf("the ends were not told: %v", counts)
		}
	}
	v.told(2*time.Second, counts)
	for what, n := range counts {
		if n > 1 {
			t.Errorf("%s was told %d times", what, n)
		}
	}
}

func TestManyKills(t *testing.T) {
	t.Parallel()
	v := newVictim(t)
	counts := map[string]int{}
	const rounds = 5
	for round := range rounds {
		for i := range 20 {
			v.fire(named(fmt.Sprintf("A%d-%d", round, i), "job", fmt.Sprint(i)))
		}
		v.told(time.Duration(round)*150*time.Millisecond, counts) // so that kills come at every stage
		v.kill()
		v.start()
	}
	for end := time.Now().Add(patience); len(counts) < rounds*20; {
		if v.told(100*time.Millisecond, counts); time.Now().After(end) {
			t.Fatalf("%d of %d alarms were told", len(counts), rounds*20)
		}
	}
	v.told(2*time.Second, counts)
	again := 0
	for what, n := range counts {
		if n > 1 {
			again++
		}
		// A later alarm of the same group brings those before it along again: that
		// is no repeat. But nothing comes oftener than its group has news, and once
		// for each kill.
		if n > 2*rounds {
			t.Errorf("%s was told %d times", what, n)
		}
	}
	t.Logf("%d of %d alarms were in more than one message", again, len(counts))
}

func TestKillLosesNoSilence(t *testing.T) {
	t.Parallel()
	v := newVictim(t)
	id := v.silence(named("One"))
	gone := v.silence(named("Two"))
	if code, text := v.call("DELETE", "/api/v2/silence/"+gone, nil); code != 200 {
		t.Fatal(code, text)
	}
	v.kill()
	v.start()
	code, text := v.call("GET", "/api/v2/silence/"+id, nil)
	if code != 200 || !strings.Contains(text, `"state":"active"`) || !strings.Contains(text, `"comment":"works"`) {
		t.Errorf("%d %s", code, text)
	}
	if code, text := v.call("GET", "/api/v2/silence/"+gone, nil); code != 200 || !strings.Contains(text, `"state":"expired"`) {
		t.Errorf("%d %s", code, text)
	}
}

func TestRestartRemembersWhoWasTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	w.fire(named("Dead", "job", "a"))
	w.expect("firing ops: Dead/firing")
	w.notified("Dead")
	w.restart()
	w.none(2 * time.Second)
	w.stop(named("Dead", "job", "a"))
	w.expect("resolved ops: Dead/resolved")
	// A new episode is told again, although the log knows the group.
	w.closed("Dead")
	w.fire(named("Dead", "job", "a"))
	w.expect("firing ops: Dead/firing")
}

// A kill between the record of a notification and that of its alarm.
func TestTornRecordIsCompleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quick)
	w.fire(named("Dead", "job", "a"))
	w.expect("firing ops: Dead/firing")
	w.notified("Dead")
	w.end()
	db, err := state.Open(filepath.Join(w.dir, "state.db"))
	must(t, err)
	w.db = db
	a := w.of("Dead")
	a.Outcome, a.Stage, a.Trail = alarm.Waiting, "", a.Trail[:1]
	must(t, alerting.History{Table: db.Alarms()}.Save(t.Context(), []*alarm.Alarm{a}))
	must(t, db.Close())

	w.start()
	defer w.end()
	a = w.notified("Dead")
	if e := a.Trail[len(a.Trail)-1]; e.What != string(alarm.Notified) || e.By != "ops/webhook[0]" {
		t.Errorf("%+v", e)
	}
	w.none(2 * time.Second)
	w.stop(named("Dead", "job", "a"))
	w.expect("resolved ops: Dead/resolved")
}
