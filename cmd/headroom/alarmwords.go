package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"headroom/alerting/alarm"
	"headroom/alerting/notify"
	"headroom/analytics"
	"headroom/storage/fleet"
)

// words are what messages say of alarms besides what the alarms know.
func (s *server) words() notify.Words {
	w := notify.Words{Member: s.memberWords}
	base := s.externalURL()
	if base == nil { // an address that only works on this machine helps nobody
		return w
	}
	at := strings.TrimSuffix(base.String(), "/")
	w.Link = func(a *alarm.Alarm) string { return at + "/alarms/" + url.PathEscape(a.ID) }
	w.Picture = func(a *alarm.Alarm) string {
		if len(a.Facts.Path) == 0 {
			return ""
		}
		return at + "/api/v1/modules/" + url.PathEscape(a.Facts.Path.ID()) + "/picture"
	}
	return w
}

// memberWords tells of an alarm of a common cause in one line.
func (s *server) memberWords(id string) string {
	a := s.alarms.pipeline.Find(id)
	if a == nil {
		return id
	}
	where := a.Facts.Path.ID()
	if a.Facts.Node != "" {
		where = strings.TrimSpace(where + " " + a.Facts.Node)
	}
	return strings.TrimSpace(a.Kind() + " " + where)
}

// factsOf are a node's numbers of the newest minute, as people read them.
func (s *server) factsOf(path fleet.Path) map[string]string {
	snap := s.loop.Snapshot()
	if snap == nil {
		return nil
	}
	i := snap.Find(path.ID())
	if i < 0 {
		return nil
	}
	row := &snap.Rows[i]
	facts := map[string]string{}
	add := func(name, format string, numbers ...analytics.Number) {
		if !slices.ContainsFunc(numbers, func(n analytics.Number) bool { return !n.Known() }) {
			args := make([]any, len(numbers))
			for i, n := range numbers {
				args[i] = float64(n)
			}
			facts[name] = fmt.Sprintf(format, args...)
		}
	}
	add("devices", "%.0f", row.Devices)
	add("load now", "%.1f %%", row.Load)
	add("normal now", "%.1f %% to %.1f %%", row.Lower, row.Upper)
	add("peak today", "%.1f %% (%.1f %% to %.1f %%)", row.PeakToday.Value, row.PeakToday.Lower, row.PeakToday.Upper)
	add("headroom", "%.0f %%", row.Headroom)
	add("devices to request", "%.0f", snap.Growth[i].DevicesToRequest)
	return facts
}
