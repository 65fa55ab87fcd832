package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	killBatches = 60 // acknowledged before the kill
	killSeries  = 40 // of each batch, with one sample each
)

// batch is the samples of a number: the series go on, one sample a batch.
func batch(n int, at time.Time) string {
	var b strings.Builder
	for i := range killSeries {
		fmt.Fprintf(&b, "headroom_load_percent{business=\"k\",product=\"k\",service=\"k\",module=\"m%d\",node=\"n%d\"} %d %d\n",
			i%4, i, n, at.UnixMilli())
	}
	return b.String()
}

func TestKillUnderLoadLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	s := StartServer(t)
	start := time.Now().Truncate(time.Second).Add(-10 * time.Minute)
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	acknowledged := make(chan int)
	go func() {
		defer close(acknowledged)
		for n := 0; ; n++ {
			if status, _ := s.Post("/api/v1/import/prometheus", batch(n, at(n))); status != http.StatusNoContent {
				return
			}
			acknowledged <- n
		}
	}()
	last := 0
	for n := range acknowledged {
		if last = n; n == killBatches {
			go s.Kill() // while the next ones are on their way
		}
	}
	<-s.exited
	t.Logf("%d batches were acknowledged", last+1)

	again := s.Restart()
	Eventually(t, startWithin, "the server is ready after the crash", again.Ready)
	for _, n := range []int{0, last / 2, last} {
		v := again.Query(`count(headroom_load_percent{business="k"} == `+fmt.Sprint(n)+`)`, at(n))
		if len(v) != 1 || v[0].Value.value != killSeries {
			t.Errorf("batch %d of %d is incomplete: %v", n, last, v)
		}
	}
	for n := range last + 1 { // every sample, not only the newest of each series
		if v, _ := again.Number(`count(count_over_time(headroom_load_percent{business="k"}[1s]))`, at(n)); v != killSeries {
			t.Errorf("of batch %d there are %v series; want %d", n, v, killSeries)
		}
	}
	Eventually(t, tableWithin, "the minutes that were cut off are rolled up", func() bool {
		again.mustRun()
		minute := at(last).Truncate(time.Minute)
		n, ok := again.Number(`count(last_over_time(headroom_module_devices{business="k"}[59s]) == 10)`, minute.Add(59*time.Second))
		return ok && n == 4
	})
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
