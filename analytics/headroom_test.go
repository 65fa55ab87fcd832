package analytics

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"headroom/ingest/rollup"
	"headroom/storage"
)

func TestLargestDomain(t *testing.T) {
	rack := func(value string, devices int) rollup.Domain {
		return rollup.Domain{Label: "rack", Value: value, Devices: devices}
	}
	site := rollup.Domain{Label: "site", Value: "s1", Devices: 6}
	for name, c := range map[string]struct {
		domains []rollup.Domain
		devices float64
		want    *rollup.Domain
	}{
		"unknown":                  {nil, 6, nil},
		"no devices now":           {[]rollup.Domain{}, math.NaN(), nil},
		"no labels: a device":      {[]rollup.Domain{}, 6, &rollup.Domain{Label: SingleDevice, Devices: 1}},
		"the one that leaves some": {[]rollup.Domain{site, rack("r1", 4), rack("r2", 2)}, 6, &rollup.Domain{Label: "rack", Value: "r1", Devices: 4}},
		"nothing is left":          {[]rollup.Domain{site}, 6, &site},
	} {
		got := LargestDomain(c.domains, c.devices)
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestHeadroom(t *testing.T) {
	r := Row{Devices: 10, PeakToday: Peak{Value: 42}}
	r.leave(60, []rollup.Domain{{Label: "rack", Value: "r1", Devices: 3}})
	if r.Headroom != 30 || r.HeadroomAfterLoss != 0 { // 42·10/7 = 60
		t.Errorf("headroom %v, after loss %v; want 30 and 0", r.Headroom, r.HeadroomAfterLoss)
	}
	r.leave(60, []rollup.Domain{{Label: "rack", Value: "r1", Devices: 10}})
	if !math.IsInf(float64(r.HeadroomAfterLoss), -1) || r.Headroom != 30 {
		t.Errorf("with nothing left: %v, want -Inf", r.HeadroomAfterLoss)
	}
	r.PeakToday.Value = Unknown()
	r.leave(60, []rollup.Domain{{Label: "rack", Value: "r1", Devices: 10}})
	if r.Headroom.Known() || r.HeadroomAfterLoss.Known() || r.LargestDomain == nil {
		t.Errorf("unknown peak: %v, %v, %v", r.Headroom, r.HeadroomAfterLoss, r.LargestDomain)
	}
}

// What a loss would have left is stored, so that it can be explained later; a
// node's newest domain counts.
func TestDomainsAreStored(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, shanghai)
	w := newWorld(t, at)
	n := w.tree.Add(modulePath("m"))
	var names domainNames
	names.levels = w.tree.Levels()
	for k, d := range []rollup.Domain{{Label: "rack", Value: "r2", Devices: 3}, {Label: "rack", Value: "r1", Devices: 4}} {
		row := storage.Series{Labels: names.of(n, d), Samples: []storage.Sample{{Timestamp: at.UnixMilli() + int64(k)*60_000, Value: float64(d.Devices)}}}
		if err := w.store.Write(context.Background(), []storage.Series{row}); err != nil {
			t.Fatal(err)
		}
	}
	for minute, want := range map[int64][]rollup.Domain{
		0: {{Label: "rack", Value: "r2", Devices: 3}},
		1: {{Label: "rack", Value: "r1", Devices: 4}},
		9: nil,
	} {
		f, err := w.loop.reader.Frame(context.Background(), at.Unix()+minute*60)
		if err != nil || !slices.Equal(f.Domains(n.Index), want) {
			t.Errorf("minute %d: %v, %v; want %v", minute, f.Domains(n.Index), err, want)
		}
	}
}

// More devices lost never leave more headroom.
func TestAfterLossFallsWithTheLoss(t *testing.T) {
	for lost := 0.0; lost < 20; lost++ {
		if a, b := AfterLoss(50, 20, lost), AfterLoss(50, 20, lost+1); !(a < b) || AfterLoss(50, 20, 0) != 50 {
			t.Errorf("%v lost: %v, one more: %v", lost, a, b)
		}
	}
	if !math.IsNaN(AfterLoss(math.NaN(), 3, 3)) || !math.IsNaN(AfterLoss(3, math.NaN(), 3)) {
		t.Error("unknown numbers are not unknown afterwards")
	}
}
