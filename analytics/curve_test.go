package analytics

import (
	"context"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// A trend has the number of devices of each day that is over and the events that reach
// into its days.
func TestTrendHasDevicesAndEvents(t *testing.T) {
	w := newWorld(t, noon)
	w.noisyHistory("m", noon, 20, rand.New(rand.NewPCG(1, 2)))
	n := w.tree.Find(modulePath("m").ID())
	var samples []storage.Sample
	for at := noon.AddDate(0, 0, -10); at.Before(noon); at = at.Add(time.Minute) {
		devices := 4.0
		if !at.Before(noon.AddDate(0, 0, -3)) {
			devices = 6
		}
		samples = append(samples, storage.Sample{Timestamp: at.UnixMilli(), Value: devices})
	}
	row := storage.Series{Labels: rollup.Labels(n, w.tree.Levels(), rollup.Devices), Samples: samples}
	if err := w.store.Write(context.Background(), []storage.Series{row}); err != nil {
		t.Fatal(err)
	}
	today, _ := season.NewCalendar(shanghai).Split(noon.Unix())
	m := Classic(shanghai)
	m.Events = []Event{
		{Name: "before", From: today - 90, To: today - 61, Uplift: 2},
		{Name: "long", From: today - 90, To: today - 60, Uplift: 2},
		{Name: "sale", From: today + 3, To: today + 5, Uplift: 1.5, Path: fleet.Path{"Qzone"}},
		{Name: "of others", From: today + 3, To: today + 5, Uplift: 1.5, Path: fleet.Path{"Other"}},
		{Name: "too far", From: today + 31, To: today + 40, Uplift: 2},
	}
	w.loop.SetModel(m)
	if err := w.loop.Learn(context.Background(), noon); err != nil {
		t.Fatal(err)
	}
	r := w.minute(noon, 40)
	trend, err := w.loop.Trend(context.Background(), r.ID, "", 0)
	if err != nil || len(trend.Devices) != len(trend.Days) {
		t.Fatalf("%d days, %d numbers of devices, %v", len(trend.Days), len(trend.Devices), err)
	}
	yesterday := m.GrowthDays - 1
	for i, want := range map[int]Number{yesterday: 6, yesterday - 1: 6, yesterday - 4: 4, 0: Unknown(), yesterday + 1: Unknown()} {
		if !alike(trend.Devices[i], want) {
			t.Errorf("%s: %v devices, want %v", trend.Days[i], trend.Devices[i], want)
		}
	}
	want := []TrendEvent{
		{"long", season.Date(today - 90), season.Date(today - 60), 2},
		{"sale", season.Date(today + 3), season.Date(today + 5), 1.5},
	}
	if !reflect.DeepEqual(trend.Events, want) {
		t.Errorf("%+v", trend.Events)
	}
}
