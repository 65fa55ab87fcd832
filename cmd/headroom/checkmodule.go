package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"headroom/analytics"
)

// The exit statuses that monitoring systems know.
const (
	pluginOK = iota
	pluginWarning
	pluginCritical
	pluginUnknown
)

var pluginWords = [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}

// addCheckModule adds "check module ID", a check for monitoring systems.
func addCheckModule(check *kingpin.CmdClause) {
	cmd := check.Command("module", "Monitoring-plugin check of a module's load: exits 0 OK, 1 WARNING (it deviates), 2 CRITICAL, 3 UNKNOWN.")
	c := addClient(cmd)
	id := cmd.Arg("id", "The module's path, as Qzone/WNS/dispatch/SET_W13.").Required().String()
	critical := cmd.Flag("critical", "Distance from the mean, in half-widths of the band, at which a deviation is critical.").Default("2").Float64()
	cmd.Action(func(*kingpin.ParseContext) error {
		status, line := c.checkModule(*id, *critical)
		fmt.Fprintln(c.out, line)
		os.Exit(status)
		return nil
	})
}

// checkModule returns the exit status and the line to print.
func (c *client) checkModule(id string, critical float64) (int, string) {
	if !(critical >= 1) { // also NaN; exit status 2, as of other wrong flags, would mean CRITICAL
		return pluginUnknown, fmt.Sprintf("UNKNOWN: --critical: want 1 or more, since the band ends at 1, got %v", critical)
	}
	var m struct{ Row analytics.Row }
	if err := c.get(modulePath(id), nil, &m); err != nil {
		return pluginUnknown, "UNKNOWN: " + strings.ReplaceAll(printable(err.Error()), "�", "; ")
	}
	status, text := judge(&m.Row, critical)
	return status, pluginWords[status] + ": " + text + " | " + perfdata(&m.Row, critical)
}

func judge(r *analytics.Row, critical float64) (int, string) {
	id := strings.ReplaceAll(printable(r.ID), "|", "¦") // what follows a bar is perfdata
	if r.State == analytics.Stale || !r.Score.Known() {
		return pluginUnknown, id + " is " + string(r.State) + ": " + strings.ReplaceAll(printable(r.Reason), "|", "¦")
	}
	text := fmt.Sprintf("%s load %s %%, normal %s %s, peak today %s %%", id,
		decimal(r.Load, 1), decimal(r.Mean, 1), interval(r.Lower, r.Upper), decimal(r.PeakToday.Value, 1))
	switch {
	case !r.Deviates:
		return pluginOK, text
	case float64(r.Score) >= critical:
		return pluginCritical, text + ", deviates " + r.Direction
	}
	return pluginWarning, text + ", deviates " + r.Direction
}

// perfdata writes values with the ranges inside which all is well.
func perfdata(r *analytics.Row, critical float64) string {
	half := analytics.Number(float64(r.Upper-r.Lower) / 2 * critical)
	return strings.Join([]string{
		fmt.Sprintf("load=%s;%s;%s;0;100", perf(r.Load, "%"), limits(r.Lower, r.Upper), limits(r.Mean-half, r.Mean+half)),
		"mean=" + perf(r.Mean, "%"),
		"score=" + perf(r.Score, ""),
		"peak_today=" + perf(r.PeakToday.Value, "%"),
		"devices=" + perf(r.Devices, ""),
	}, " ")
}

// perf writes U, the plugins' word for unknown, where there is no number.
func perf(n analytics.Number, unit string) string {
	if !n.Known() {
		return "U"
	}
	return fmt.Sprintf("%.6g", float64(n)) + unit
}

func limits(lower, upper analytics.Number) string {
	if !lower.Known() || !upper.Known() {
		return ""
	}
	return perf(lower, "") + ":" + perf(upper, "")
}
