package notify

import (
	"testing"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"
)

// What a peer is sent, in virtual time.
func TestWhatAPeerLacks(t *testing.T) {
	p := &peer{sent: map[model.Fingerprint]*shipment{}}
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	firing := deadAlert()
	there := map[model.Fingerprint]*alert.Alert{firing.Fingerprint(): firing}
	drops := 0
	f := func(what string, want int) {
		t.Helper()
		due := p.lacks(there, now, func() { drops++ })
		if len(due) != want {
			t.Errorf("%s: %d are due, want %d", what, len(due), want)
		}
		for _, s := range due {
			s.at = now
		}
	}
	f("new", 1)
	now = now.Add(59 * time.Second)
	f("known", 0)
	now = now.Add(time.Second)
	f("repeated", 1)

	gone := *firing
	gone.EndsAt = now
	there[firing.Fingerprint()] = &gone
	f("ended", 1)
	clear(there)
	f("off the desk", 0)
	now = now.Add(time.Minute)
	f("end repeated", 1)
	now = now.Add(resendsEnd)
	f("forgotten", 0)
	if len(p.sent) != 0 || drops != 0 {
		t.Errorf("%d are remembered, %d dropped", len(p.sent), drops)
	}

	there[firing.Fingerprint()] = firing
	p.lacks(there, now, nil) // and it did not arrive
	clear(there)
	for range 20 {
		p.lacks(there, now, func() { drops++ })
		now = now.Add(time.Minute)
	}
	if len(p.sent) != 0 || drops != 1 {
		t.Errorf("%d are remembered, %d dropped", len(p.sent), drops)
	}
}
