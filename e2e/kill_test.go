package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	killWriters = 4   // senders at once, each of its own module
	killBatches = 60  // acknowledged to the first sender before the kill
	killSeries  = 100 // of each batch, with one sample each
)

// batch is the samples of a sender's turn: its series go on, one sample each.
func batch(writer, n int, at time.Time) string {
	var b strings.Builder
	for i := range killSeries {
		fmt.Fprintf(&b, "headroom_load_percent{business=\"k\",product=\"k\",service=\"k\",module=\"m%d\",node=\"n%d\"} %d %d\n",
			writer, i, n, at.UnixMilli())
	}
	return b.String()
}

func TestKillUnderLoadLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	s := StartServer(t)
	start := time.Now().Truncate(time.Second).Add(-10 * time.Minute)
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	var acknowledged [killWriters]int
	var refused [killWriters]string
	var writers sync.WaitGroup
	for w := range killWriters {
		writers.Go(func() {
			for n := 0; n < 500; n++ {
				status, said := s.Post("/api/v1/import/prometheus", batch(w, n, at(n)))
				if status != http.StatusNoContent {
					refused[w] = fmt.Sprintf("%d %s", status, said)
					return
				}
				acknowledged[w] = n + 1
				if w == 0 && n == killBatches {
					go s.Kill() // while the next ones are on their way
				}
			}
		})
	}
	writers.Wait()
	if acknowledged[0] <= killBatches {
		t.Fatalf("sender 0 is to kill the server after %d batches; %d were acknowledged, then came: %s", killBatches, acknowledged[0], refused[0])
	}
	<-s.exited

	again := s.Restart()
	Eventually(t, startWithin, "the server is ready after the crash", again.Ready)
	for w, batches := range acknowledged {
		t.Logf("sender %d: %d batches were acknowledged", w, batches)
		for n := range batches {
			load := fmt.Sprintf(`headroom_load_percent{module="m%d"}`, w)
			if v, _ := again.Number("count("+load+" == "+fmt.Sprint(n)+")", at(n)); v != killSeries {
				t.Errorf("sender %d: %v samples of batch %d are there; want %d", w, v, n, killSeries)
			}
		}
		minute := at(batches - 1).Truncate(time.Minute)
		Eventually(t, time.Minute, "the minutes that were cut off are rolled up", func() bool {
			again.mustRun()
			devices, ok := again.Number(fmt.Sprintf(`last_over_time(headroom_module_devices{module="m%d"}[1m])`, w), minute.Add(59*time.Second))
			return ok && devices == killSeries
		})
	}
}

func TestTheTableComesBackAfterACrash(t *testing.T) {
	t.Parallel()
	s := StartServer(t)
	now := time.Now()
	start := importHistory(t, &s.Web, now)
	stop := sendLive(t, &s.Web, start)
	Eventually(t, tableWithin, "the table is full", func() bool { return full(s.Rows(""), s.Orders()) })
	first := s.Rows("")[fleet[0].id()]
	stop()
	s.Kill()

	again := s.Restart()
	sendLive(t, &again.Web, start)
	Eventually(t, startWithin, "the table is back within seconds", func() bool {
		r := again.Rows("")[fleet[0].id()]
		return known(r.Mean, r.PeakToday.Value) && r.State == "ok" && again.Ready()
	})
	Eventually(t, tableWithin, "and goes on", func() bool {
		r := again.Rows("")[fleet[0].id()]
		return r.At.After(first.At) && full(again.Rows(""), again.Orders())
	})
	again.Stop()
	if !strings.Contains(again.Log(), "msg=stopped") {
		t.Error("the stop is not told in the log")
	}
	last := again.Restart()
	before := first.At
	Eventually(t, startWithin, "after a stop too, the minute is still there", func() bool {
		v, ok := last.Number(fmt.Sprintf("count(headroom_module_load_percent{module=%q})", first.Path[3]), before.Add(time.Minute))
		return ok && v == 1
	})
}
