package analytics

import (
	"strings"
	"testing"
	"time"
)

// A sender that is silent for a while makes no order smaller, nor does the silence
// of all; one that is gone for good does.
func TestSilentDevicesStayInTheOrder(t *testing.T) {
	_, full, w := learnedFrom(t, func(_ time.Time, v float64) float64 { return 1.3 * v }, 1.3, plainModel)
	if full.Devices != 2 || full.DevicesNeeded < 3 {
		t.Fatalf("%+v", full)
	}
	at := noon
	order := func(minutes, devices int) (Row, Growth) {
		t.Helper()
		for range minutes {
			at = at.Add(time.Minute)
			if devices > 0 {
				w.push("m", at.Add(time.Second), devices, 60)
			}
			w.loop.Evaluate(t.Context(), at.Unix())
		}
		s := w.loop.Snapshot()
		return s.Rows[s.Find(moduleM)], s.Growth[s.Find(moduleM)]
	}
	if r, g := order(6, 1); r.Devices != 1 || r.DevicesSilent != 1 || g.Devices != 2 || g.DevicesNeeded != full.DevicesNeeded || !strings.Contains(g.Reason, "1 are silent now") {
		t.Errorf("one is silent: %v and %v, %+v", r.Devices, r.DevicesSilent, g)
	}
	if r, g := order(6, 0); r.State != Stale || g.Devices != 2 || g.DevicesToRequest != full.DevicesToRequest {
		t.Errorf("both are silent: %+v, %+v", r, g)
	}
	none := Row{Devices: Unknown(), DevicesSilent: 0}
	if none.present().Known() {
		t.Errorf("of no devices %v", none.present())
	}
}
