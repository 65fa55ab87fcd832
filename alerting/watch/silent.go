package watch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/analytics"
	"headroom/ingest/rollup"
	"headroom/internal/config"
)

// moduleSilent tells that no device of a module reports any more. A module that
// has been silent for a day is taken for gone, as its devices are.
var moduleSilent = rule{
	kind:   "ModuleSilent",
	limits: func(w config.Watch) config.WatchRule { return w.ModuleSilent },
	find: func(in *Input, found func(Subject, Text)) {
		if !in.Settled {
			return
		}
		modules := in.Snapshot.Levels[len(in.Snapshot.Levels)-1]
		for i := range in.Snapshot.Rows {
			if r := &in.Snapshot.Rows[i]; r.Level == modules && silentNow(r) && in.lasting(i) {
				found(Subject{Kind: "ModuleSilent", Severity: critical, Node: r.ID}, moduleText(in, r))
			}
		}
	},
	over: func(in *Input, s Subject) bool {
		r := in.row(s)
		return r != nil && (r.State != analytics.Stale || r.Age.Known() && float64(r.Age) > forgetAfter.Seconds())
	},
}

func silentNow(r *analytics.Row) bool {
	return r.State == analytics.Stale && r.Age.Known() && float64(r.Age) <= forgetAfter.Seconds()
}

// maxNamed is how many devices a text names.
const maxNamed = 10

func moduleText(in *Input, r *analytics.Row) Text {
	var devices []string
	for _, d := range in.Silent[r.ID] {
		devices = append(devices, d.Name)
	}
	return Text{
		Summary: fmt.Sprintf("%s: no device reports", r.ID),
		Description: fmt.Sprintf("No device of %s has reported a load for %s (%s). Silent: %s.",
			title(r.Path), time.Duration(float64(r.Age)*float64(time.Second)).Round(time.Minute), r.Reason, someOf(devices)),
		Numbers: numbers("age_seconds", r.Age, "devices_silent", r.DevicesSilent),
	}
}

// someOf names the first of a list, and says how many more there are.
func someOf(list []string) string {
	slices.Sort(list)
	switch {
	case len(list) == 0:
		return "all"
	case len(list) > maxNamed:
		return fmt.Sprintf("%s and %d more", strings.Join(list[:maxNamed], ", "), len(list)-maxNamed)
	}
	return strings.Join(list, ", ")
}

// deviceSilent tells that a device has stopped to report the load of a module. It
// does not begin while the whole module is silent.
var deviceSilent = rule{
	kind:   "DeviceSilent",
	limits: func(w config.Watch) config.WatchRule { return w.DeviceSilent },
	find: func(in *Input, found func(Subject, Text)) {
		if !in.Settled {
			return
		}
		for module, devices := range in.Silent {
			if !in.lasting(in.Snapshot.Find(module)) {
				continue
			}
			for _, d := range devices {
				found(Subject{Kind: "DeviceSilent", Severity: warning, Node: d.Module.ID, Device: d.Name}, deviceText(in, d))
			}
		}
	},
	over: func(in *Input, s Subject) bool {
		n := in.Snapshot.Find(s.Node)
		return n >= 0 && in.Reports(in.Snapshot.Nodes()[n], s.Device, "")
	},
	greater: func(s Subject) Subject { return Subject{Kind: "ModuleSilent", Severity: critical, Node: s.Node} },
}

func deviceText(in *Input, d rollup.Device) Text {
	where := ""
	for _, at := range d.At {
		where += fmt.Sprintf(", %s %s", at.Label, at.Value)
	}
	return Text{
		Summary: fmt.Sprintf("%s: device %s does not report", d.Module.ID, d.Name),
		Description: fmt.Sprintf("Device %s of %s%s has not reported its load since %s.",
			d.Name, title(d.Module.Path), where, clock(d.Last.In(in.Snapshot.At.Location()))),
	}
}

// processDead tells that a process has stopped to report while its device goes on,
// and that no other one has begun in its place. Of a process whose device is
// silent nothing is known. One that this run of the server has not seen is over
// once any process on its device is new.
var processDead = rule{
	kind: "ProcessDead",
	limits: func(w config.Watch) config.WatchRule {
		return config.WatchRule{Enabled: w.ProcessDead.Enabled, Keep: w.ProcessDead.Keep} // the rollup has waited
	},
	find: func(in *Input, found func(Subject, Text)) {
		if !in.Settled {
			return
		}
		for _, p := range in.Stopped {
			if !p.Replaced && !p.DeviceGone && in.lasting(in.Snapshot.Find(p.Module.ID)) {
				found(Subject{Kind: "ProcessDead", Severity: warning, Node: p.Module.ID, Device: p.Device, Process: p.Process}, processText(in, p))
			}
		}
	},
	over: func(in *Input, s Subject) bool {
		n := in.Snapshot.Find(s.Node)
		if n < 0 {
			return false
		}
		node := in.Snapshot.Nodes()[n]
		stopped, seen := in.Stopped[sender{s.Node, s.Device, s.Process}]
		return stopped.Replaced || in.Reports(node, s.Device, s.Process) || !seen && in.Renewed(node, s.Device)
	},
}

func processText(in *Input, p rollup.Stopped) Text {
	return Text{
		Summary: fmt.Sprintf("%s: process %s on %s does not report", p.Module.ID, p.Process, p.Device),
		Description: fmt.Sprintf("Process %s of %s on %s has not reported since %s, while the device goes on; no other process has taken its place.",
			p.Process, title(p.Module.Path), p.Device, clock(p.Last.In(in.Snapshot.At.Location()))),
	}
}
