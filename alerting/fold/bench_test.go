package fold_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"headroom/alerting/alarm"
	"headroom/alerting/fold"
	"headroom/alerting/scenario"
	"headroom/internal/config"
	"headroom/storage/fleet"
)

// city is the fleet of the benchmark: 2,400 modules with ten devices each, 20
// devices to a rack, four sites, 24 proxies.
type city struct{}

func (city) FanIn(c alarm.Component) (modules, devices int) {
	switch c.Kind {
	case "":
		return 2400, 24_000
	case "site":
		return 2400, 6000
	case "rack":
		return 20, 20
	case "proxy":
		return 100, 1000
	case "business":
		return 300, 3000
	case "product":
		return 75, 750
	}
	return 1, 10
}

// cityAlarm is alarm i of a kind, on one of the city's devices.
func cityAlarm(i, device int, kind string, now time.Time) *alarm.Alarm {
	module := device / 10
	labels := ring(kind, 0)
	return &alarm.Alarm{
		ID: fmt.Sprintf("%016x-bench", i), Key: alarm.Key(i), Labels: labels, Outcome: alarm.Waiting, Received: now, StartsAt: now,
		Facts: alarm.Facts{
			Path: fleet.Path{fmt.Sprintf("b%d", module/300), fmt.Sprintf("p%d", module/75), fmt.Sprintf("m%d", module)},
			Node: fmt.Sprintf("n%d", device),
			Components: []alarm.Component{
				{Kind: "rack", Name: fmt.Sprintf("r%d", device%1200)}, {Kind: "site", Name: fmt.Sprintf("s%d", device%4)},
				{Kind: "proxy", Name: fmt.Sprintf("px%d", module%24)},
			},
		},
	}
}

// cpu is the time that this process has computed, on all cores: what counts where
// others compute, too.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkStage is a minute of 100,000 alarms, in 60 runs: all of them for reasons
// of their own, or half of them since six proxies have failed; and with it the 100,000
// open alarms that the stage remembers.
func BenchmarkStage(b *testing.B) {
	const perRun, runs = 1667, 60
	for _, failed := range []int{0, 6} {
		b.Run(fmt.Sprintf("failed=%d", failed), func(b *testing.B) {
			var memory, before runtime.MemStats
			var used time.Duration
			for b.Loop() {
				b.StopTimer()
				cfg := config.Default().Alerting.Fold
				s := fold.New(fold.Options{Config: func() config.Fold { return cfg }, Levels: levels, Fleet: city{}})
				rng, now, waiting := rand.New(rand.NewPCG(1, 1)), scenario.Noon, map[time.Time][]*alarm.Alarm{}
				batches := make([][]*alarm.Alarm, runs)
				for n := range batches {
					for i := range perRun {
						device, kind := rng.IntN(24_000), fmt.Sprintf("Kind%d", rng.IntN(50))
						if failed > 0 && i%2 == 0 {
							device, kind = device/240*240+10*rng.IntN(failed)+device%10, "Slow"
						}
						batches[n] = append(batches[n], cityAlarm(n*perRun+i, device, kind, scenario.Noon.Add(time.Duration(n)*time.Second)))
					}
				}
				runtime.GC()
				runtime.ReadMemStats(&before)
				b.StartTimer()
				started := cpu()
				for n := range runs + 11 { // until the last ones have waited
					batch := waiting[now]
					if n < runs {
						batch = append(batch, batches[n]...)
					}
					s.Run(context.Background(), now, batch)
					for _, a := range batch {
						if a.Stage == fold.Name && a.Outcome == alarm.Waiting && a.Due.After(now) {
							waiting[a.Due] = append(waiting[a.Due], a)
						}
					}
					now = now.Add(time.Second)
				}
				b.StopTimer()
				used += cpu() - started
				runtime.GC()
				runtime.ReadMemStats(&memory)
				runtime.KeepAlive(s)
				b.StartTimer()
			}
			b.ReportMetric(float64(used.Nanoseconds())/float64(b.N*perRun*runs), "cpu-ns/alarm")
			b.ReportMetric((float64(memory.HeapAlloc)-float64(before.HeapAlloc))/1e6, "MB")
		})
	}
}
