package send

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/ingest"
	"headroom/internal/config"
	"headroom/storage"
)

// server is Headroom's own way in.
type server struct {
	*httptest.Server
	store  store
	status atomic.Int32 // what it answers instead; 0: it works
}

// store keeps what comes.
type store struct {
	storage.Store // the methods that ingest never calls

	mu  sync.Mutex
	got []string // in the order of arrival
}

func (s *store) Write(_ context.Context, rows []storage.Series) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, row := range rows {
		var text strings.Builder
		for _, l := range row.Labels {
			fmt.Fprintf(&text, "%s=%s ", l.Name, l.Value)
		}
		for _, sample := range row.Samples {
			s.got = append(s.got, fmt.Sprintf("%s%v @%d", text.String(), sample.Value, sample.Timestamp))
		}
	}
	return nil
}

func serve(t *testing.T) *server {
	t.Helper()
	gin.SetMode(gin.TestMode)
	s := &server{}
	in := ingest.New(ingest.Options{
		Store: &s.store, Limits: config.Default().Ingest, Logger: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return noon },
	})
	r := gin.New()
	in.Register(r)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if code := s.status.Load(); code != 0 {
			http.Error(w, "as told", int(code))
			return
		}
		r.ServeHTTP(w, req)
	}))
	t.Cleanup(s.Close)
	return s
}

var noon = time.UnixMilli(1795348800000).UTC()

// want waits for exactly these values of the series n to have come, in their order.
func (s *server) want(t *testing.T, values ...int) {
	t.Helper()
	var want []string
	for _, v := range values {
		want = append(want, fmt.Sprintf("__name__=n node=one %d @%d", v, noon.UnixMilli()+int64(v)))
	}
	wait := time.Now().Add(20 * time.Second)
	for {
		s.store.mu.Lock()
		got := slices.Clone(s.store.got)
		s.store.mu.Unlock()
		if slices.Equal(got, want) {
			return
		}
		if time.Now().After(wait) || len(got) > len(want) {
			t.Fatalf("came:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		time.Sleep(time.Millisecond)
	}
}

// sender sends n=i at noon + i ms whenever i is collected.
type sender struct {
	*Sender
	log  *strings.Builder
	stop func()
}

func numbers(now time.Time) []Series {
	return []Series{
		{Name: "n", Labels: []Label{{"node", "one"}}, Value: float64(now.Sub(noon).Milliseconds())},
		{Name: "unknown", Value: math.NaN()},
	}
}

func newSender(t *testing.T, s *server, dir string, change func(*Options)) *sender {
	t.Helper()
	log := &strings.Builder{}
	o := Options{
		Collect: numbers, URL: s.URL + "/api/v1/write", Dir: dir, Interval: time.Hour,
		Logger: slog.New(slog.NewTextHandler(log, nil)),
		Now:    func() time.Time { return noon.Add(-time.Minute) }, // so the last request of Run is skipped
	}
	if change != nil {
		change(&o)
	}
	sent, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return &sender{Sender: sent, log: log}
}

// run lets it send until the test ends or stop is called.
func (s *sender) run(t *testing.T) *sender {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(s.stop)
	return s
}

func (s *sender) collect(values ...int) {
	for _, v := range values {
		s.Collect(noon.Add(time.Duration(v) * time.Millisecond))
	}
}

// until waits for the counters to be so.
func (s *sender) until(t *testing.T, ok func(Stats) bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(s.Stats()); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%+v", s.Stats())
		}
	}
}

func TestWhatIsCollectedArrives(t *testing.T) {
	s := serve(t)
	c := newSender(t, s, t.TempDir(), nil).run(t)
	c.collect(1, 2, 3)
	s.want(t, 1, 2, 3)
	c.until(t, func(st Stats) bool { return st.Sent == 3 && st.Waiting == 0 && st.WaitingBytes == 0 })
}

func TestAnOutageLosesNothing(t *testing.T) {
	s := serve(t)
	s.status.Store(503)
	c := newSender(t, s, t.TempDir(), nil).run(t)
	c.collect(1, 2, 3)
	c.until(t, func(st Stats) bool { return st.Failed > 0 })
	s.status.Store(429)
	c.until(t, func(st Stats) bool { return st.Failed > 1 })
	s.status.Store(401) // its token was renewed too late
	c.until(t, func(st Stats) bool { return st.Failed > 2 })
	s.status.Store(0)
	c.collect(4)
	s.want(t, 1, 2, 3, 4)
}

func TestARestartGoesOn(t *testing.T) {
	s := serve(t)
	s.status.Store(503)
	dir := t.TempDir()
	c := newSender(t, s, dir, nil).run(t)
	c.collect(1, 2)
	c.stop()
	s.status.Store(0)

	c = newSender(t, s, dir, nil).run(t)
	c.collect(2, 3) // 2 again: a clock that was set back meanwhile
	s.want(t, 1, 2, 3)
	c.until(t, func(st Stats) bool { return st.Skipped == 1 })
}

func TestWhatTheServerRefusesIsDropped(t *testing.T) {
	s := serve(t)
	s.status.Store(400)
	c := newSender(t, s, t.TempDir(), nil).run(t)
	c.collect(1)
	c.until(t, func(st Stats) bool { return st.Refused == 1 && st.Waiting == 0 })
	s.status.Store(0)
	c.collect(2)
	s.want(t, 2)
	c.stop()
	if !strings.Contains(c.log.String(), "the server answers 400 Bad Request: as told") {
		t.Errorf("the log does not tell why:\n%s", c.log)
	}
}

func TestTheBufferIsBounded(t *testing.T) {
	s := serve(t)
	s.status.Store(503)
	dir := t.TempDir()
	c := newSender(t, s, dir, func(o *Options) { o.MaxBytes = 3 * block })
	c.collect(1, 2, 3, 4, 5)
	if st := c.Stats(); st.Dropped != 2 || st.Waiting != 3 || st.WaitingBytes != 3*block {
		t.Errorf("%+v", st)
	}
	if files, _ := os.ReadDir(dir); len(files) != 3 {
		t.Errorf("%d files", len(files))
	}
	s.status.Store(0)
	newSender(t, s, dir, func(o *Options) { o.MaxBytes = 2 * block }).run(t) // with less place than before
	s.want(t, 4, 5)
}

// A directory that is gone stands for a disk that takes nothing.
func TestAFullDiskKeepsWhatFitsInMemory(t *testing.T) {
	s := serve(t)
	s.status.Store(503)
	dir := filepath.Join(t.TempDir(), "buffer")
	size := int64(len(new(encoder).encode(numbers(noon), noon)))
	c := newSender(t, s, dir, func(o *Options) { o.MaxMemory = 2 * size })
	c.collect(1)
	if err := os.Rename(dir, dir+"-away"); err != nil {
		t.Fatal(err)
	}
	c.collect(2, 3, 4)
	if st := c.Stats(); st.Dropped != 1 || st.Memory != 2*size || st.Waiting != 3 {
		t.Errorf("%+v", st)
	}
	if err := os.Rename(dir+"-away", dir); err != nil {
		t.Fatal(err)
	}
	c.collect(5)
	s.status.Store(0)
	c.run(t)
	s.want(t, 1, 3, 4, 5)
	c.stop()
	if log := c.log.String(); strings.Count(log, "in memory") != 1 || strings.Count(log, "on disk again") != 1 {
		t.Errorf("the log:\n%s", log)
	}
}

func TestMemoryIsSavedAtTheEnd(t *testing.T) {
	s := serve(t)
	s.status.Store(503)
	dir := filepath.Join(t.TempDir(), "buffer")
	c := newSender(t, s, dir, nil)
	os.Remove(dir)
	c.collect(1)
	os.Mkdir(dir, 0o700)
	c.run(t).stop()
	if st := c.Stats(); st.Memory != 0 || st.Waiting != 1 {
		t.Errorf("%+v", st)
	}
	s.status.Store(0)
	newSender(t, s, dir, nil).run(t)
	s.want(t, 1)
}

func TestSeriesDoNotRunBackwards(t *testing.T) {
	s := serve(t)
	c := newSender(t, s, t.TempDir(), nil)
	c.collect(100, 50, 100, 101)
	if st := c.Stats(); st.Skipped != 2 || st.Waiting != 2 {
		t.Errorf("%+v", st)
	}
	c.collect(-11 * 60 * 1000) // the clock was wrong before
	if st := c.Stats(); st.Skipped != 2 || st.Waiting != 3 {
		t.Errorf("%+v", st)
	}
}

func TestTornFilesDoNotStopTheRest(t *testing.T) {
	s := serve(t)
	dir := t.TempDir()
	c := newSender(t, s, dir, nil)
	c.collect(1, 2, 3)
	if err := os.Truncate(c.buffer.path(noon.UnixMilli()+1), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.buffer.path(noon.UnixMilli()+2), []byte("no snappy"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"1795348800009.write.part", "readme.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c = newSender(t, s, dir, nil).run(t)
	s.want(t, 3)
	c.until(t, func(st Stats) bool { return st.Dropped == 1 && st.Refused == 1 && st.Waiting == 0 })
	if files, _ := filepath.Glob(dir + "/*"); len(files) != 1 || filepath.Base(files[0]) != "readme.txt" {
		t.Errorf("left: %q", files)
	}
}

func TestHeadersGoAlong(t *testing.T) {
	got := make(chan http.Header, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.Header }))
	defer srv.Close()
	c := newSender(t, &server{Server: srv}, t.TempDir(), func(o *Options) {
		o.Header = http.Header{"Authorization": {"Bearer secret"}}
	}).run(t)
	c.collect(1)
	if h := <-got; h.Get("Authorization") != "Bearer secret" || h.Get("Content-Encoding") != "snappy" {
		t.Errorf("%v", h)
	}
}

func TestOpenNamesWhatIsWrong(t *testing.T) {
	if _, err := Open(Options{URL: "headroom:7480", Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), `"headroom:7480"`) {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	if _, err := Open(Options{URL: "http://headroom", Dir: file}); err == nil || !strings.Contains(err.Error(), file) {
		t.Error(err)
	}
}

func TestPause(t *testing.T) {
	f := func(failures int, err error, want time.Duration) {
		t.Helper()
		if got := pause(failures, err); got != want {
			t.Errorf("after %d failures with %v: %v, want %v", failures, err, got, want)
		}
	}
	f(1, later{error: io.EOF}, time.Second)
	f(3, later{error: io.EOF}, 4*time.Second)
	f(6, later{error: io.EOF}, 30*time.Second)
	f(1000, later{error: io.EOF}, 30*time.Second)
	f(1, later{io.EOF, 20 * time.Second}, 20*time.Second)
	f(1, later{io.EOF, 24 * time.Hour}, 5*time.Minute)
}

const childEnv = "HEADROOM_TEST_SENDER"

// TestMain is also the program that TestKill9 kills.
func TestMain(m *testing.M) {
	dir := os.Getenv(childEnv)
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := Open(Options{Collect: numbers, URL: "http://127.0.0.1:1/", Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		panic(err)
	}
	go s.deliver(context.Background())
	for i := 1; ; i++ {
		s.Collect(noon.Add(time.Duration(i) * time.Millisecond))
		fmt.Println(i)
	}
}

func TestKill9LosesNothing(t *testing.T) {
	dir := t.TempDir()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	last, lines := 0, bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Sscan(lines.Text(), &last)
		if last == 200 {
			child.Process.Kill()
		}
	}
	child.Wait()

	s := serve(t)
	c := newSender(t, s, dir, nil)
	if n := c.Stats().Waiting; n != last && n != last+1 { // it may die before it says so
		t.Fatalf("%d requests are left of %d", n, last)
	}
	var all []int
	for i := range c.Stats().Waiting {
		all = append(all, i+1)
	}
	c.run(t)
	s.want(t, all...)
}
