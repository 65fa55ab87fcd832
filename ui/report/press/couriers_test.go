package press

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"headroom/storage/state"
)

// silent is a way that does not answer before it is let go.
type silent struct {
	name   string
	begun  chan string // gets the key of each attempt
	let    chan error
	cutOff bool
}

func newSilent(name string) *silent {
	return &silent{name: name, begun: make(chan string, 100), let: make(chan error)}
}

func (s *silent) Name() string { return s.name }

func (s *silent) Deliver(ctx context.Context, d Delivery) ([]state.ReportRecipient, error) {
	s.begun <- d.Key
	select {
	case err := <-s.let:
		return nil, err
	case <-ctx.Done():
		s.cutOff = true
		return nil, ctx.Err()
	}
}

// begin makes a round that does not wait for its attempts, and takes the clock with it.
func (w *world) begin() {
	w.t.Helper()
	if err := w.Round(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// heard waits for an attempt of a way that tells of it.
func heard(t *testing.T, v chan string, want string) {
	t.Helper()
	if got := <-v; got != want {
		t.Errorf("%s came, want %s", got, want)
	}
}

func TestAWayThatHangsDelaysNobody(t *testing.T) {
	w, hangs, quick := newWorld(t), newSilent("mail hangs@x"), newSilent("webhook quick")
	w.configure("", hangs, quick)
	must[[]byte](t)(w.Publish(t.Context(), "2026-11", "ann"))
	w.begin()
	heard(t, hangs.begun, "report.2026-11.1")
	heard(t, quick.begun, "report.2026-11.2")
	quick.let <- errors.New("503")
	w.waitFor(2, func(d Sent) bool { return d.Attempts == 1 })
	later := w.now.Add(2 * time.Minute)
	w.now = later
	w.begin() // the other way still hangs
	heard(t, quick.begun, "report.2026-11.2")
	quick.let <- nil
	w.waitFor(2, func(d Sent) bool { return d.State == state.DeliveryDelivered })
	must[[]Sent](t)(w.Send(t.Context(), "2026-11", nil, "bob"))
	w.begin()
	heard(t, quick.begun, "report.2026-11.4")
	quick.let <- nil
	if len(hangs.begun) != 0 {
		t.Error("a way that does not answer got a second report to take")
	}
	hangs.let <- nil
	w.waitFor(1, func(d Sent) bool { return d.State == state.DeliveryDelivered })
	w.waitFor(4, func(d Sent) bool { return d.State == state.DeliveryDelivered })
	w.begin()
	heard(t, hangs.begun, "report.2026-11.3")
	hangs.let <- nil
	w.couriers.all.Wait()
	if n := len(hangs.begun) + len(quick.begun); n != 0 {
		t.Errorf("%d attempts too many", n)
	}
}

// waitFor waits until an attempt is written down and its way is free again.
func (w *world) waitFor(n int, is func(Sent) bool) {
	w.t.Helper()
	for {
		all := must[[]Sent](w.t)(w.Deliveries(w.t.Context(), "2026-11"))
		w.couriers.mu.Lock()
		free := !w.couriers.out[all[n-1].Way]
		w.couriers.mu.Unlock()
		if free && is(all[n-1]) {
			return
		}
		<-w.wake // an attempt has ended
	}
}

func TestNoMoreAttemptsThanPlaces(t *testing.T) {
	w := newWorld(t)
	var all []Way
	one := newSilent("") // whose channels all share
	for i := range atOnce + 2 {
		v := *one
		v.name = fmt.Sprintf("webhook %02d", i)
		all = append(all, &v)
	}
	w.configure("", all...)
	must[[]byte](t)(w.Publish(t.Context(), "2026-11", ""))
	w.begin()
	for range atOnce {
		<-one.begun
	}
	w.begin()
	if n := counted(t, w, "headroom_report_deliveries_total", "held"); n != 4 || len(one.begun) != 0 {
		t.Errorf("%v were held back, %d more began", n, len(one.begun))
	}
	for range atOnce {
		one.let <- nil
	}
	w.couriers.all.Wait()
	w.begin()
	for range 2 {
		<-one.begun
		one.let <- nil
	}
	w.couriers.all.Wait()
	if m := must[[]Month](t)(w.List(t.Context()))[0]; m.Deliveries["delivered"] != atOnce+2 {
		t.Error(m.Deliveries)
	}
}

// full is a store that is full for a while.
type full struct {
	Store
	is bool
}

func (f *full) KeepDelivery(ctx context.Context, d state.ReportDelivery) error {
	if f.is {
		return errors.New("disk full")
	}
	return f.Store.KeepDelivery(ctx, d)
}

// What has arrived and cannot be written down is not sent again meanwhile.
func TestAFullDiskRepeatsNoReport(t *testing.T) {
	w, v := newWorld(t), &way{name: "mail a@x"}
	store := &full{w.Store, true}
	w.Store = store
	w.configure("", v)
	must[[]byte](t)(w.Publish(t.Context(), "2026-11", ""))
	w.round()
	for range 3 {
		w.now = w.now.Add(time.Hour)
		if err := w.Round(t.Context()); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("the disk is full and nobody says so: %v", err)
		}
	}
	store.is = false
	w.round()
	if d := must[[]Sent](t)(w.Deliveries(t.Context(), "2026-11"))[0]; d.State != state.DeliveryDelivered || len(v.told) != 1 {
		t.Errorf("%+v, told %v", d, v.told)
	}
}

// Run ends only when its attempts have, and one that is cut off is made again.
func TestTheEndCutsAttemptsOff(t *testing.T) {
	w, v := newWorld(t), newSilent("mail a@x")
	w.configure("", v)
	must[[]byte](t)(w.Publish(t.Context(), "2026-11", ""))
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.Run(ctx) }()
	<-v.begun
	end()
	if err := <-ended; err != nil || !v.cutOff {
		t.Errorf("%v, cut off %v", err, v.cutOff)
	}
	if d := must[[]Sent](t)(w.Deliveries(t.Context(), "2026-11"))[0]; d.Attempts != 0 || d.State != state.DeliveryWaiting {
		t.Errorf("%+v", d)
	}
}

func TestRecipientsStandEachForHimself(t *testing.T) {
	const has, waits, refused = state.RecipientHas, state.RecipientWaiting, state.RecipientRefused
	var got []state.ReportRecipient
	w, v := newWorld(t), &way{name: "mail a@x, b@x, c@x"}
	answer := func(a, b, c string) func([]state.ReportRecipient) []state.ReportRecipient {
		return func(before []state.ReportRecipient) []state.ReportRecipient {
			got = before
			all := []state.ReportRecipient{{Address: "a@x", State: a}, {Address: "b@x", State: b}, {Address: "c@x", State: c}}
			for i := range all {
				if all[i].State != has {
					all[i].Words = "no " + all[i].Address
				}
			}
			return all
		}
	}
	newest := func() Sent {
		t.Helper()
		all := must[[]Sent](t)(w.Deliveries(t.Context(), "2026-11"))
		return all[len(all)-1]
	}
	w.configure("", v)
	must[[]byte](t)(w.Publish(t.Context(), "2026-11", ""))
	v.people = answer(has, waits, refused)
	w.round()
	if d := newest(); d.State != state.DeliveryWaiting || d.Error != "b@x: no b@x; c@x: no c@x" || !d.Next.Equal(w.now.Add(time.Minute)) || len(d.Recipients) != 3 {
		t.Errorf("%+v", d)
	}
	w.start()
	w.configure("", v)
	v.people = answer(has, has, refused)
	w.now = w.now.Add(time.Minute)
	w.round()
	if len(got) != 3 || got[0].State != has || got[1].State != waits {
		t.Errorf("the second attempt was told %+v", got)
	}
	if d := newest(); d.State != state.DeliveryPartly || d.Error != "c@x: no c@x" || !d.Next.IsZero() || d.Ended.IsZero() {
		t.Errorf("%+v", d)
	}
	for want, people := range map[string][3]string{state.DeliveryDelivered: {has, has, has}, state.DeliveryGivenUp: {refused, refused, refused}} {
		v.people = answer(people[0], people[1], people[2])
		must[[]Sent](t)(w.Send(t.Context(), "2026-11", nil, ""))
		w.round()
		if d := newest(); d.State != want || d.Attempts != 1 {
			t.Errorf("%+v; want %s", d, want)
		}
	}
	// After a day nobody waits any more.
	v.people, v.fail = answer(has, waits, waits), errors.New("down")
	must[[]Sent](t)(w.Send(t.Context(), "2026-11", nil, ""))
	w.now = w.now.Add(giveUp)
	w.round()
	if d := newest(); d.State != state.DeliveryPartly || d.Recipients[1].State != state.RecipientGivenUp || !strings.HasPrefix(d.Error, "down; b@x") {
		t.Errorf("%+v", d)
	}
}
