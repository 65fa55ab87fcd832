package measure

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"headroom/scaler/node/worker"
)

// One slice of 100 workers with 1,000 connections: four samples of them, and all
// that is read at its end.
func BenchmarkSlice100Workers1000Connections(b *testing.B) {
	var running []worker.Running
	for i := range 100 {
		w := exec.Command("sleep", "1000")
		if err := w.Start(); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { w.Process.Kill(); w.Wait() })
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { l.Close() })
		for range 10 {
			client, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			server, err := l.Accept()
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { client.Close(); server.Close() })
		}
		running = append(running, run(fmt.Sprint("w", i), w.Process.Pid, l.Addr().(*net.TCPAddr).Port, spec("tcp", "")))
	}
	m, err := New(Options{Node: "n1", Workers: func() []worker.Running { return running }})
	if err != nil {
		b.Fatal(err)
	}
	defer m.close()
	now := time.Unix(1e9, 0)
	m.begin(now)
	b.ReportAllocs()
	before := cpuTime(b)
	for b.Loop() {
		for range 4 {
			m.sample()
		}
		now = now.Add(time.Second)
		m.end(context.Background(), now)
		m.begin(now)
	}
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
}

// cpuTime is what a busy machine does not lengthen.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkSeries100Workers(b *testing.B) {
	var running []worker.Running
	for i := range 100 {
		running = append(running, run(fmt.Sprint("w", i), 0, 0, spec("tcp", "")))
	}
	m, err := New(Options{Node: "n1", Workers: func() []worker.Running { return running }})
	if err != nil {
		b.Fatal(err)
	}
	defer m.close()
	now := time.Unix(1e9, 0)
	m.begin(now)
	b.ReportAllocs()
	for b.Loop() {
		m.Series(now)
	}
}

func BenchmarkStatsDDatagram28(b *testing.B) {
	in := newInbox("")
	s := newSubject()
	s.take(run("w123", 0, 8080, spec("statsd", "http.request")))
	in.expect([]*subject{s})
	var text []byte
	for i := range 28 {
		text = fmt.Appendf(text, "http.request:%d.5|ms|#worker:w123\n", i)
	}
	b.ReportAllocs()
	for b.Loop() {
		in.datagram(sourceStatsD, text)
	}
	if s.post.requests < 28 {
		b.Fatal("nothing was counted")
	}
}
