package supervise

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

func TestBackoff(t *testing.T) {
	var u unit
	var got []time.Duration
	for range 9 {
		u.failed("it ended", time.Second)
		got = append(got, u.wait()/time.Second)
	}
	if want := []time.Duration{0, 1, 2, 4, 8, 16, 30, 30, 30}; !slices.Equal(got, want) {
		t.Errorf("it waits %d s, want %d s", got, want)
	}
	u.failed("it ended", time.Minute)
	if u.wait() != 0 {
		t.Errorf("after a minute alive it waits %s", u.wait())
	}
	u.tries = 1 << 40
	if u.wait() != 30*time.Second {
		t.Errorf("after very many it waits %s", u.wait())
	}
}

func TestWhatCannotBeKilledIsLookedAtLessAndLess(t *testing.T) {
	var u unit
	now := time.Now()
	u.enter(clearing, now)
	looks := 0
	for end := now.Add(time.Hour); now.Before(end); now = u.due {
		u.killed(now)
		looks++
	}
	if looks > 3700 {
		t.Errorf("%d looks in an hour", looks)
	}
	u.enter(clearing, now)
	if u.killed(now); u.due.Sub(now) != clearInterval {
		t.Errorf("the first look comes after %s", u.due.Sub(now))
	}
}

func TestHealthChecksAreSpread(t *testing.T) {
	const every = 2 * time.Second
	tenths := map[time.Duration]int{}
	for range 1000 {
		first, later := apart(true, every), apart(false, every)
		tenths[first*10/every]++
		if first < 0 || first > every || later < every*9/10 || later > every*11/10 {
			t.Fatalf("the second check comes after %s, later ones after %s", first, later)
		}
	}
	for n := range time.Duration(10) {
		if tenths[n] < 50 {
			t.Errorf("%d of 1000 second checks come in tenth %d of the interval", tenths[n], n)
		}
	}
}

func TestHowManyMayBeDown(t *testing.T) {
	for _, c := range []struct {
		share    float64
		out, all int
		want     int
	}{
		{0, 0, 10, 1}, {0.3, 0, 10, 3}, {0.3, 2, 10, 1}, {0.3, 3, 10, 0}, {0.3, 7, 10, 0}, {1, 0, 1, 1}, {0.5, 0, 1, 1}, {0, 1, 1, 0},
	} {
		s := &Supervisor{units: map[string]*unit{"refused": {want: &wire.Worker{Service: "web"}, state: wire.Refused}, "gone": {state: wire.Stopped}}}
		for i := range c.all {
			u := &unit{want: &wire.Worker{Service: "web"}, spec: &wire.Service{Overload: wire.Overload{MaxOut: c.share}}, state: wire.Ready}
			if i < c.out {
				u.state = wire.Starting
			}
			s.units[fmt.Sprint(i)] = u
		}
		taken, r := 0, s.roll()
		for _, u := range s.sorted() {
			if u.state == wire.Ready && r.may(u) {
				taken++
			}
		}
		if taken != c.want {
			t.Errorf("share %g, %d of %d away: %d more, want %d", c.share, c.out, c.all, taken, c.want)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	service := &wire.Service{
		Module: "shop/web", Command: []string{"/bin/{module}", "--port={port}", "{nothing}"}, Dir: "/srv/{worker}",
		Env: map[string]string{"P": "{proxy}@{node}"},
	}
	w := wire.Worker{ID: "w1", Service: "shop/web", Port: 80, Proxy: "lb1"}
	spec := specOf("n1", w, service)
	if got := fmt.Sprint(spec.Command, spec.Dir, spec.Env); got != "[/bin/shop/web --port=80 {nothing}]/srv/w1map[P:lb1@n1]" {
		t.Error(got)
	}
	hash := hashOf("n1", w, service)
	same := *service
	same.Limits.CPUPercent, same.Drain, same.Health.Kind = 5, 7, "tcp"
	if hashOf("n1", w, &same) != hash {
		t.Error("what can be changed in place asks for a restart")
	}
	for i, change := range []func(w *wire.Worker, s *wire.Service){
		func(w *wire.Worker, _ *wire.Service) { w.Port++ },
		func(w *wire.Worker, _ *wire.Service) { w.Restart++ },
		func(_ *wire.Worker, s *wire.Service) { s.User = "ann" },
		func(_ *wire.Worker, s *wire.Service) { s.Limits.Files = 7 },
		func(_ *wire.Worker, s *wire.Service) { s.Mounts = []wire.Mount{{Source: "/a", Target: "/b"}} },
	} {
		w, s := w, *service
		change(&w, &s)
		if hashOf("n1", w, &s) == hash {
			t.Errorf("change %d asks for no restart", i)
		}
	}
}

type pipe struct {
	*strings.Reader
	bytes.Buffer
}

func (p *pipe) Read(b []byte) (int, error) { return p.Reader.Read(b) }

func TestAnswersToHealthChecks(t *testing.T) {
	for answer, want := range map[string]string{
		"HTTP/1.1 200 OK\r\n\r\nhello": "", "HTTP/1.0 302 Found\r\n": "", "HTTP/1.1 204\r\n": "",
		"HTTP/1.1 503 Busy\r\n": "status 503", "HTTP/1.1 404 Not Found\r\n": "status 404",
		"": "EOF", "SSH-2.0\r\n": "the answer is no HTTP", "HTTP/1.1\r\n": "the answer is no HTTP", "HTTP/1.1 2\r\n": "status 2",
		strings.Repeat("x", 5000): "the answer is no HTTP",
	} {
		p := &pipe{Reader: strings.NewReader(answer)}
		err := get(p, "127.0.0.1:80", "healthz")
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != "health check /healthz: "+want) {
			t.Errorf("%.30q: %v, want %q", answer, err, want)
		}
		if !strings.HasPrefix(p.Buffer.String(), "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:80\r\n") {
			t.Errorf("asked %q", p.Buffer.String())
		}
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\n\r\n")
	f.Add("HTTP/1.1 2")
	f.Fuzz(func(t *testing.T, answer string) {
		err := get(&pipe{Reader: strings.NewReader(answer)}, "a:1", "/")
		if err == nil && !strings.HasPrefix(strings.TrimLeft(answer, " \t\v\f\r\u0085\u00a0"), "HTTP/") {
			t.Errorf("%q is taken for an answer", answer)
		}
	})
}

func TestRotationOfOutput(t *testing.T) {
	o := outputs{dir: t.TempDir()}
	f, err := o.open("shop/web", "..") // held by the worker all the time
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	name := o.file("shop/web", "..")
	if filepath.Dir(filepath.Dir(name)) != o.dir {
		t.Errorf("output goes to %s", name)
	}
	for n := range 4 {
		if _, err := fmt.Fprintf(f, "line %d\n", n); err != nil {
			t.Fatal(err)
		}
		if err := o.rotate(name, wire.Log{MaxSize: 5, Keep: 2}); err != nil {
			t.Fatal(err)
		}
		if err := o.rotate(name, wire.Log{MaxSize: 5, Keep: 2}); err != nil { // it is small now
			t.Fatal(err)
		}
	}
	fmt.Fprintln(f, "end")
	want := map[string]string{"": "end\n", ".1": "line 3\n", ".2": "line 2\n", ".3": ""}
	for suffix, want := range want {
		if text, _ := os.ReadFile(name + suffix); string(text) != want {
			t.Errorf("%s has %q, want %q", suffix, text, want)
		}
	}
	if err := o.rotate(name, wire.Log{MaxSize: 1}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.Size() != 0 {
		t.Error("with nothing to keep it is only cut", info, err)
	}
}

// A worker holds its output for writing, and so can say that it is endless.
func TestAnEndlessOutputDoesNotFillTheDisk(t *testing.T) {
	o := outputs{dir: t.TempDir()}
	f, err := o.open("web", "w")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(1 << 30); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(f, "the end")
	if err := o.rotate(f.Name(), wire.Log{MaxSize: 1000, Keep: 2}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(f.Name() + ".1")
	if err != nil || len(text) != mostOver*1000 || !bytes.HasSuffix(text, []byte("\x00the end\n")) {
		t.Errorf("%d bytes are kept, %v", len(text), err)
	}
	if info, err := f.Stat(); err != nil || info.Size() != 0 {
		t.Errorf("%+v is left, %v", info, err)
	}
}

func TestOutputOfWorkersThatHaveGone(t *testing.T) {
	o := outputs{dir: t.TempDir()}
	for i := range 6 {
		f, err := o.open("web", fmt.Sprintf("w%d", i))
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		at := time.Unix(int64(1000+i), 0)
		if err := os.Chtimes(f.Name(), at, at); err != nil {
			t.Fatal(err)
		}
	}
	put(t, o.file("web", "w0")+".1", "")
	runs := []worker.Running{{Worker: wire.Worker{ID: "w0", Service: "web"}}}
	if err := o.prune(runs, 2); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(o.dir + "/*/*")
	for i, name := range left {
		left[i] = filepath.Base(name)
	}
	if got := fmt.Sprint(left); got != "[w0.log w0.log.1 w4.log w5.log]" {
		t.Error(got)
	}
}

func TestTheOldStateStaysIfTheNewOneCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	s := store{dir: dir}
	one := state{Version: stateVersion, Workers: map[string]record{"w1": {PID: 1}}}
	begin := time.Now()
	if err := s.save(one, begin); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(s.file()+".tmp", 0o755); err != nil { // in the way
		t.Fatal(err)
	}
	put(t, s.file()+".tmp/x", "")
	two := state{Version: stateVersion, Workers: map[string]record{"w1": {PID: 2}}}
	if err := s.save(two, begin); err == nil || s.retry != begin.Add(retryAfter) {
		t.Errorf("%v, again at %s", err, s.retry)
	}
	if got, err := (&store{dir: dir}).load(); err != nil || got.Workers["w1"].PID != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if err := s.save(two, begin.Add(time.Second)); err != nil {
		t.Errorf("too soon, it was tried: %v", err)
	}
	if err := os.RemoveAll(s.file() + ".tmp"); err != nil {
		t.Fatal(err)
	}
	if err := s.save(two, begin.Add(retryAfter)); err != nil {
		t.Fatal(err)
	}
	if got, err := (&store{dir: dir}).load(); err != nil || got.Workers["w1"].PID != 2 || !s.retry.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	put(t, s.file(), `{"version":9}`)
	if _, err := (&store{dir: dir}).load(); err == nil || !strings.Contains(err.Error(), "version 9 is not known") {
		t.Error(err)
	}
}
