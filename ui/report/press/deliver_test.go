package press

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"headroom/analytics"
	"headroom/storage/audit"
	"headroom/storage/state"
	"headroom/ui/report"
)

// way keeps what it is told, or fails.
type way struct {
	name   string
	told   []string
	fail   error
	then   func()                                                // is called once it is told
	people func([]state.ReportRecipient) []state.ReportRecipient // says how they stand now; nil: a way to one
}

func (v *way) Name() string { return v.name }

func (v *way) Deliver(ctx context.Context, d Delivery) (people []state.ReportRecipient, err error) {
	if v.people != nil {
		people = v.people(d.Recipients)
	}
	if v.fail != nil {
		return people, v.fail
	}
	f, err := d.File(ctx, "html", "zh")
	if err == nil && !strings.Contains(string(f.Body), d.SHA256) {
		err = errors.New("the file is not the report's")
	}
	v.told = append(v.told, d.Key)
	if v.then != nil {
		v.then()
	}
	return people, err
}

func (w *world) configure(spec string, ways ...Way) {
	w.t.Helper()
	s := must[Schedule](w.t)(NewSchedule(spec))
	w.Configure(Settings{Languages: []string{report.Chinese}, Schedule: s, Ways: ways})
}

func (w *world) round() {
	w.t.Helper()
	if err := w.Round(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.couriers.all.Wait()
}

// to sets the clock and makes a snapshot of then.
func (w *world) to(month time.Month, day, hour, minute int) {
	w.now = time.Date(2026, month, day, hour, minute, 0, 0, shanghai)
	w.minute()
}

func (w *world) months() (all []string) {
	w.t.Helper()
	for _, m := range must[[]Month](w.t)(w.List(w.t.Context())) {
		if m.Published {
			all = append(all, m.Month+" by "+m.Who)
		}
	}
	return all
}

func TestAReportIsPublishedBySchedule(t *testing.T) {
	w, v := newWorld(t), &way{name: "mail a@x"}
	const spec = "0 9 25 * *"
	wants := func(want ...string) {
		t.Helper()
		if got := w.months(); strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("at %s %q; want %q", w.now, got, want)
		}
	}
	w.to(11, 26, 12, 0) // after this month's time: nobody had asked for it then
	w.configure(spec, v)
	w.round()
	wants()
	if next := must[time.Time](t)(w.Next(t.Context())); !next.Equal(time.Date(2026, 12, 25, 9, 0, 0, 0, shanghai)) {
		t.Error(next)
	}
	w.to(12, 25, 8, 59)
	w.round()
	wants()
	w.to(12, 25, 9, 0)
	w.snap = nil // not ready yet
	w.round()
	w.to(12, 25, 9, 1)
	for i := range w.snap.Growth {
		w.snap.Growth[i].State = analytics.Learning // nothing to say yet
	}
	w.round()
	w.minute()
	w.round() // too soon after the failure
	wants()
	w.to(12, 25, 9, 2)
	w.round()
	wants("2026-12 by schedule")
	if len(v.told) != 1 || v.told[0] != "report.2026-12.1" {
		t.Error(v.told)
	}
	w.to(12, 26, 9, 0)
	w.round()
	wants("2026-12 by schedule")
	all := must[[]state.ReportDelivery](t)(w.Store.Deliveries(t.Context(), ""))
	if len(all) != 1 || all[0].State != state.DeliveryDelivered || all[0].Attempts != 1 || all[0].Who != "schedule" {
		t.Errorf("%+v", all)
	}
	log := must[[]audit.Entry](t)(w.db.Audit().List(t.Context(), state.AuditQuery{}))
	if len(log) != 1 || log[0].Who != "schedule" || log[0].Object != "2026-12" || log[0].Action != "report.publish" {
		t.Errorf("%+v", log)
	}
}

// The server was down when the report was due, and is started later in the month.
func TestAMissedTimeOfTheRunningMonthIsMadeUpFor(t *testing.T) {
	w := newWorld(t)
	w.to(11, 20, 12, 0)
	w.configure("0 9 25 * *")
	w.round()
	w.start() // killed, and started again
	w.to(11, 27, 3, 0)
	w.configure("0 9 25 * *")
	w.round()
	if got := w.months(); len(got) != 1 {
		t.Errorf("%q", got)
	}
	// Of a whole month that was missed there is no draft any more.
	w.start()
	w.now = time.Date(2027, 1, 3, 0, 0, 0, 0, shanghai)
	w.minute()
	w.configure("0 9 25 * *")
	w.round()
	if got := w.months(); len(got) != 1 {
		t.Errorf("%q", got)
	}
	if n := counted(t, w, "headroom_report_publications_total", "missed"); n != 1 {
		t.Errorf("%v were missed", n)
	}
}

// Published by hand before the time: the schedule has nothing to do.
func TestAMonthIsPublishedOnce(t *testing.T) {
	w := newWorld(t)
	w.configure("0 9 25 * *")
	w.round()
	must[[]byte](t)(w.Publish(t.Context(), "2026-11", "ann"))
	w.to(11, 25, 9, 0)
	w.round()
	if got := w.months(); len(got) != 1 || got[0] != "2026-11 by ann" {
		t.Errorf("%q", got)
	}
}

// A kill between publishing and sending loses no delivery and repeats none.
func TestDeliveriesGoOnAfterAKill(t *testing.T) {
	w, a, b := newWorld(t), &way{name: "mail a@x"}, &way{name: "webhook b"}
	w.configure("", a, b)
	must[[]byte](t)(w.Publish(t.Context(), "2026-11", "ann"))
	w.start()
	b.fail = errors.New("down")
	w.configure("", a, b)
	w.round()
	w.start()
	w.configure("", a, b)
	w.round() // not due yet
	w.now = w.now.Add(time.Minute)
	b.fail = nil
	w.round()
	w.round()
	if fmt.Sprint(a.told, b.told) != "[report.2026-11.1] [report.2026-11.2]" {
		t.Error(a.told, b.told)
	}
}

// A server that ends as a delivery arrives does not send it again when it is back.
func TestADeliveryThatArrivesAsTheServerEndsIsNotRepeated(t *testing.T) {
	w, v := newWorld(t), &way{name: "mail a@x"}
	w.configure("", v)
	must[[]byte](t)(w.Publish(t.Context(), "2026-11", "ann"))
	ctx, end := context.WithCancel(t.Context())
	v.then = end
	if err := w.Round(ctx); err != nil {
		t.Fatal(err)
	}
	w.couriers.all.Wait()
	w.start()
	w.configure("", v)
	w.now = w.now.Add(time.Hour)
	w.round()
	if len(v.told) != 1 {
		t.Error(v.told)
	}
}

func TestDeliveriesThatFailAreTriedForADay(t *testing.T) {
	w, v := newWorld(t), &way{name: "mail a@x", fail: errors.New("450 not now")}
	w.configure("", v, &way{name: "webhook gone"})
	must[[]byte](t)(w.Publish(t.Context(), "2026-11", ""))
	w.configure("", v) // one was taken out of the configuration
	last := func(n int) Sent {
		t.Helper()
		return must[[]Sent](t)(w.Deliveries(t.Context(), "2026-11"))[n]
	}
	began, attempts := w.now, 0
	for w.round(); last(0).State == state.DeliveryWaiting; w.round() {
		attempts++
		d := last(0)
		if d.Attempts != attempts || d.Error != "450 not now" || d.Next.Sub(w.now) > time.Hour || d.Next.Sub(w.now) < time.Minute {
			t.Fatalf("%+v", d)
		}
		w.now = d.Next
	}
	if d := last(0); d.State != state.DeliveryGivenUp || w.now.Sub(began) < 24*time.Hour || w.now.Sub(began) > 26*time.Hour || !d.Next.IsZero() || attempts > 40 {
		t.Errorf("after %d attempts in %s: %+v", attempts, w.now.Sub(began), d)
	}
	if d := last(1); d.State != state.DeliveryGivenUp || d.Attempts != 1 || !strings.Contains(d.Error, "not configured any more") {
		t.Errorf("%+v", d)
	}
	// Somebody has it sent once more.
	v.fail = nil
	all := must[[]Sent](t)(w.Send(t.Context(), "2026-11", nil, "ann"))
	if len(all) != 3 || all[2].Who != "ann" || all[2].State != state.DeliveryWaiting {
		t.Errorf("%+v", all)
	}
	w.round()
	if d := last(2); d.State != state.DeliveryDelivered || v.told[0] != "report.2026-11.3" {
		t.Errorf("%+v %v", d, v.told)
	}
	if m := must[[]Month](t)(w.List(t.Context()))[0]; m.Deliveries["delivered"] != 1 || m.Deliveries["given_up"] != 2 {
		t.Errorf("%+v", m.Deliveries)
	}
	for _, ways := range [][]string{{"mail b@x"}, {"webhook gone"}} {
		if _, err := w.Send(t.Context(), "2026-11", ways, ""); !errors.Is(err, ErrNoWay) {
			t.Error(err)
		}
	}
	w.configure("")
	if _, err := w.Send(t.Context(), "2026-11", nil, ""); !errors.Is(err, ErrNoWay) {
		t.Error(err)
	}
	if _, err := w.Send(t.Context(), "2026-10", nil, ""); !errors.Is(err, ErrNoReport) {
		t.Error(err)
	}
}

func TestPauses(t *testing.T) {
	for attempts, want := range map[int]time.Duration{1: time.Minute, 2: 2 * time.Minute, 6: 32 * time.Minute, 7: time.Hour, 100: time.Hour} {
		if got := pause(attempts); got != want {
			t.Errorf("after %d: %s, want %s", attempts, got, want)
		}
	}
}

// counted reads a counter by its label "result".
func counted(t *testing.T, w *world, name, result string) (sum float64) {
	t.Helper()
	families, err := w.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if f.GetName() == name && l.GetName() == "result" && l.GetValue() == result {
					sum += m.GetCounter().GetValue()
				}
			}
		}
	}
	return sum
}
