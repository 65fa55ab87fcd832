package analytics

import "headroom/ingest/rollup"

// descriptions tell what each series is that Headroom writes for a node of the
// business tree, by its suffix.
var descriptions = map[string]string{
	rollup.LoadPercent:    "Mean load of the devices in the minute, in percent of a device.",
	rollup.LoadMaxPercent: "Load of the highest device in the minute, in percent of a device.",
	rollup.Devices:        "Devices that reported in the minute.",
	rollup.DevicesSilent:  "Devices that reported within a day and have stopped.",
	rollup.Processes:      "Worker processes whose busy seconds or requests of the minute are known.",
	rollup.BusySeconds:    "Seconds of work that the processes did in the minute.",
	rollup.Requests:       "Requests that the processes answered in the minute.",

	"load_expected":   "Load that is normal at this minute of the day, in percent of a device.",
	"load_lower":      "Lower end of the band of normal loads, in percent of a device.",
	"load_upper":      "Upper end of the band of normal loads, in percent of a device.",
	"deviation_score": "How far the load is from the expected one, in half-widths of the band.",
	"deviates":        "1 if the load is outside of the band, else 0.",
	"alarm":           "1 while a deviation that is worth telling has begun and is not over, else 0.",
	"peak_today":      "Highest load to be expected today, in percent of a device.",

	"headroom_percent":            "Part of the target load that is free at today's expected peak, in percent; below 0 if overfull.",
	"headroom_after_loss_percent": "Likewise, once the largest failure domain of the devices is lost and the others do its work.",
	LargestDomainDevices:          "Devices of the largest failure domain that leaves some; domain_label and domain_value say which.",

	"growth_percent_per_day": "Growth of the daily peaks in a day, in percent of the newest one on their line.",
	"devices_needed":         "Devices that hold the largest peak until the next delivery, at the stated risk.",
	"peak_at_risk_percent":   "What the largest peak until the next delivery exceeds with that risk, in percent of a device.",
	"devices_to_request":     "Devices to order now, so that the daily peak stays at its target.",
	"days_to_full":           "Days until the daily peak reaches the target load.",
}

// Descriptions returns a help text for each metric that Headroom writes, by its
// name. All of them are gauges.
func Descriptions() map[string]string {
	out := make(map[string]string, 2*len(descriptions))
	for suffix, help := range descriptions {
		out[rollup.ModulePrefix+suffix] = help + " Of a module."
		out[rollup.GroupPrefix+suffix] = help + " Of an inner node of the business tree."
	}
	return out
}
