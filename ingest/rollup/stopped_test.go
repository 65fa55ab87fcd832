package rollup

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// stopped describes what has stopped, sorted.
func (w *world) stopped(quiet, age time.Duration) string {
	var all []string
	w.r.EachStopped(quiet, age, func(s Stopped) {
		text := s.Module.ID + " " + s.Device + " " + s.Process
		if s.DeviceGone {
			text += " gone"
		}
		if s.Replaced {
			text += " replaced"
		}
		all = append(all, text)
	})
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// report adds a sample of each cell every 15 seconds of a minute.
func report(minute int, cells ...*Cell) {
	for second := 0; second < 60; second += 15 {
		for _, c := range cells {
			c.Add((start+int64(minute)*60+int64(second))*1000, float64(minute*60+second))
		}
	}
}

func TestStoppedProcesses(t *testing.T) {
	w := newWorld(t, nil)
	load := w.series("load", "b", "m", "n1", "")
	p1, p2 := w.series("busy", "b", "m", "n1", "1"), w.series("busy", "b", "m", "n1", "2")
	requests := w.series("requests", "b", "m", "n1", "2")
	check := func(minute int, want string, cells ...*Cell) {
		t.Helper()
		report(minute, cells...)
		w.close(minute)
		if got := w.stopped(time.Minute, 0); got != want {
			t.Errorf("minute %d: stopped: %q, want %q", minute, got, want)
		}
	}
	check(0, "", load, p1, p2, requests)
	check(1, "", load, p1, p2)
	check(2, "b/m n1 2", load, p1) // its last sample is 75 seconds old
	m := w.tree.Find("b/m")
	if w.r.Reports(m, "n1", "2", time.Minute) || !w.r.Reports(m, "n1", "1", time.Minute) || !w.r.Reports(m, "n1", "", 0) || w.r.Reports(m, "n9", "", 0) {
		t.Error("Reports says otherwise than EachStopped")
	}
	if got := w.r.Begun(m, "n1", time.Minute); !got.Equal(time.Unix(start, 0)) || !w.r.Begun(m, "n9", 0).IsZero() {
		t.Errorf("the youngest began at %v", got)
	}
	check(3, "", load, p1, p2) // it is back
	check(5, "b/m n1 2", load, p1)
	p3 := w.series("busy", "b", "m", "n1", "3") // a restart under a new name
	check(6, "b/m n1 2 replaced", load, p1, p3)
	check(8, "b/m n1 1, b/m n1 2 replaced", load, p3)
	check(14, "b/m n1 1 gone, b/m n1 2 gone replaced, b/m n1 3 gone") // it may be the device
}

func TestACrashLoopIsOneProcess(t *testing.T) {
	w := newWorld(t, nil)
	load, old := w.series("load", "b", "m", "n1", ""), w.series("busy", "b", "m", "n1", "old")
	for minute := range 20 {
		report(minute, load, old)
		w.close(minute)
	}
	for minute := 20; minute < 40; minute += 4 { // each lives for a minute
		loop := w.series("busy", "b", "m", "n1", fmt.Sprint("loop", minute))
		report(minute, load)
		w.close(minute)
		report(minute+1, load, loop)
		w.close(minute + 1)
		if got := w.stopped(time.Minute, 10*time.Minute); got != "b/m n1 old replaced" {
			t.Errorf("minute %d: %q", minute+1, got)
		}
		for more := minute + 2; more < minute+4; more++ {
			report(more, load)
			w.close(more)
		}
		if got := w.stopped(time.Minute, 10*time.Minute); got != "b/m n1 old" {
			t.Errorf("minute %d: %q", minute+3, got)
		}
	}
}

func TestRareSendersHaveNotStopped(t *testing.T) {
	w := newWorld(t, nil)
	rare := w.series("busy", "b", "m", "n1", "1")
	for minute := 0; minute <= 20; minute += 5 {
		rare.Add((start+int64(minute)*60)*1000, float64(minute))
	}
	for minute := 20; minute < 34; minute++ {
		w.close(minute)
		if got, want := w.stopped(time.Minute, 0), minute >= 32; (got != "") != want {
			t.Errorf("minute %d: %q", minute, got)
		}
	}
}

// As many processes are replaced as have begun since: never more, whatever the
// order.
func TestEachNewProcessReplacesOne(t *testing.T) {
	at := func(seconds ...int64) (all []Stopped) {
		for i, s := range seconds {
			all = append(all, Stopped{Process: fmt.Sprint(i), Last: time.Unix(s, 0)})
		}
		return all
	}
	for _, c := range []struct {
		dead  []Stopped
		begun []int64
		want  int
	}{
		{at(100, 200, 300), nil, 0},
		{at(100, 200, 300), []int64{50}, 0},
		{at(100, 200, 300), []int64{150}, 1},
		{at(300, 200, 100), []int64{400, 100}, 2},
		{at(100), []int64{150, 160}, 1},
		{at(300), []int64{100, 350}, 1},
	} {
		replace(c.dead, c.begun)
		n := 0
		for _, s := range c.dead {
			if s.Replaced {
				n++
			}
		}
		if n != c.want {
			t.Errorf("%v began, of %+v %d are replaced, want %d", c.begun, c.dead, n, c.want)
		}
	}
}
