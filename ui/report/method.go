package report

import (
	"cmp"

	"headroom/analytics"
)

// method says in words where the numbers come from.
func (r *Report) method() []string {
	first := []string{
		"A module's load is the mean over its devices, in percent of a device; a day's peak is its highest five-minute mean.",
		"A straight line (ordinary least squares) is laid through the daily peaks of the growth window; days without enough data are left out. R² tells how much of the peaks' variation the line explains.",
	}
	if r.Model == analytics.ModelClassic {
		return append(first,
			"The line, continued to the horizon, gives the forecast peak; its interval is the 95 % prediction interval. The horizon is the time from a request to a machine in service.",
			"Devices needed = devices × forecast peak at the horizon ÷ target load, rounded up. Devices to request = needed − devices, where that is above 0.",
			"Full on is the day on which the line reaches the target load, with the earliest and latest day of its interval.",
		)
	}
	return append(first,
		"The forecast takes the level of the last weeks, the weekdays, and the trend as far as the weeks agree on one: on a growth with a ~ before it they do not, and nothing counts on it. The interval comes from how wrong it was within the growth window and, the farther ahead the more, from the size of the load. The horizon is the time from a request to a machine in service.",
		"The peak at risk is what the largest peak until the horizon exceeds with the stated probability, an event of the calendar included. That probability is idle cost ÷ (shortage cost + idle cost).",
		"Devices needed = devices × peak at risk ÷ target load, rounded up, at least the minimum, and spares for devices that fail. Devices to request = needed − devices, where that is above 0, in multiples that are delivered.",
		"Full on is the day by which a peak has more likely than not reached the target load, with the earliest and latest day of its 95 % interval.",
	)
}

// methodOfTotals says what the totals count that the lines do not say.
func (r *Report) methodOfTotals() []string {
	all := []string{"A module is at risk if it is likelier than not full by " + cmp.Or(r.Arrives, "the end of the lead time") + ", the day on which devices ordered now are in service: ordering now is too late to keep it below the target load, so it needs help of another kind until then."}
	if r.SiteLabel == "" {
		all = append(all, "Nothing is added up by site: no device's load series has a label that is configured as that of sites.")
	} else {
		all = append(all, "A site is the value of the devices' label "+r.SiteLabel+". A module of several sites is counted in each of them; its devices, need and order are shared in proportion to the devices that report there now, in whole devices, what is left over to the largest remainders. Modules of which no device has the label are in a line without a name.")
	}
	if r.Currency == "" {
		return append(all, "No prices are configured, so nothing is said of cost.")
	}
	return append(all, "Cost = devices to request × the configured price of a device of their type, in "+r.Currency+"; devices without a price are counted apart and are in no cost.")
}
