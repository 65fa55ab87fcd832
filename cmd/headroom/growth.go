package main

import (
	"fmt"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics"
)

// addGrowth adds "growth [PATH]".
func addGrowth(app *kingpin.Application) {
	cmd := app.Command("growth", "Print how the daily peaks grow and what has to be ordered.")
	l := addLister(cmd, "-devices_to_request")
	cmd.Action(func(*kingpin.ParseContext) error { return list(l, "growth", l.params(), growthGrid) })
}

func growthGrid(lines []analytics.Growth) *grid {
	g := &grid{
		head:  []string{"PATH", "PEAK NOW", "POINTS/DAY", "R²", "DAYS", "LARGEST PEAK", "FULL ON", "DEVICES", "NEEDED", "TO REQUEST", ""},
		right: []bool{false, true, true, true, true, true, false, true, true, true, false},
	}
	for i := range lines {
		g.rows = append(g.rows, growthLine(&lines[i]))
	}
	return g
}

func growthLine(l *analytics.Growth) []cell {
	order, why := plain(decimal(l.DevicesToRequest, 0)), plain("")
	if l.DevicesToRequest.Known() && l.DevicesToRequest > 0 {
		order.color = "1;31"
	}
	if l.State != analytics.OK {
		why = cell{string(l.State) + ": " + printable(l.Reason), "2"}
	}
	largest := decimal(l.PeakMax.Value, 1) // until what is ordered now is in service
	if l.PeakMax.Lower.Known() {
		largest += " " + interval(l.PeakMax.Lower, l.PeakMax.Upper)
	}
	slope := decimal(l.SlopePerDay, 2)
	if l.SlopeDoubted {
		slope = "~ " + slope // full on and the order do not count on it
	}
	full := l.FullOn.Value
	if full == "" {
		full = "–"
	}
	return []cell{
		plain(printable(l.ID)), plain(decimal(l.PeakNow, 1)), plain(slope), plain(decimal(l.R2, 2)),
		plain(fmt.Sprint(l.Days)), plain(largest), plain(full),
		plain(decimal(l.Devices, 0)), plain(decimal(l.DevicesNeeded, 0)), order, why,
	}
}
