package supervise

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// BenchmarkHundredWorkers tells what a daemon costs that has a hundred workers with a
// health check every 5 seconds, over 20 seconds.
func BenchmarkHundredWorkers(b *testing.B) {
	w := newWorld(b, "")
	all := workers(b, 100)
	service := w.web()
	service.Limits.CPUPercent, service.Limits.Memory = 100, 0
	service.Health.Interval = wire.Duration(5 * time.Second)
	file, status := w.order(all, with(service))
	c := w.command("daemon", file)
	defer kill(c)
	w.eventually("all serve", func() bool {
		text, _ := os.ReadFile(status)
		return strings.Count(string(text), `"ready"`) == 100
	})
	for b.Loop() {
		before, begin := spent(c.Process.Pid), time.Now()
		time.Sleep(20 * time.Second)
		b.ReportMetric(100*(spent(c.Process.Pid)-before).Seconds()/time.Since(begin).Seconds(), "%core")
	}
	b.ReportMetric(resident(c.Process.Pid), "MiB")
	b.ReportMetric(0, "ns/op")
}

// spent is the CPU time of a process, in ticks of 10 ms.
func spent(pid int) time.Duration {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	f := statFields(text)
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

func resident(pid int) float64 {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	f := strings.Fields(string(text))
	kib, _ := strconv.ParseFloat(f[slices.Index(f, "VmRSS:")+1], 64)
	return kib / 1024
}

// BenchmarkCrash tells how long it takes from the kill of a worker to the process of
// its successor.
func BenchmarkCrash(b *testing.B) {
	w := newWorld(b, "")
	all := workers(b, 1)
	w.begin().s.Apply(all, with(w.web()))
	for b.Loop() {
		r := w.running(all)[0]
		done := make(chan struct{})
		w.s.tell(func(time.Time) { w.s.units["w00"].tries = 0; close(done) }) // no back-off
		<-done
		begin := time.Now()
		_ = syscall.Kill(r.PID, syscall.SIGKILL)
		w.eventually("a successor", func() bool {
			return slices.ContainsFunc(w.s.Workers(), func(now worker.Running) bool { return now.PID != 0 && now.PID != r.PID })
		})
		b.ReportMetric(float64(time.Since(begin).Microseconds())/1000, "ms/crash")
	}
}
