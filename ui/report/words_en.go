package report

var english = words{
	html: "en", title: "Expansion report", draft: "Draft, made {1}", published: "Published {1}", pageOf: "{1} of {2}",
	unshaped:  "This PDF has no shape for some characters, such as emoji: it has their Unicode numbers instead, as [U+1F680]. The page, the workbook and the CSV have these names as they are: {1}.",
	basis:     "Numbers of {1}, model {2}, lead time {3} days.",
	daysAhead: "{1|day|days} ahead", minutesAhead: "{1} min ahead", largestOf: "largest of {1|day|days}", asOfHour: "as of {1}",
	neededNote: "Devices needed adds up what each module needs, also where it has more than that; the request adds up only what is missing.",

	modules: "Modules judged", devices: "Devices now", needed: "Devices needed", request: "Devices to request", cost: "Cost, {1}", risk: "Modules at risk",
	since: "Request against {1}", forecast: "Forecast of {1}, error", median: "Forecasts of last month", leftCount: "Modules left out",
	riskNote: "likely to be full before {1}", sinceNote: "was {1}", forecastNote: "{1} forecast, {2} came", medianNote: "median error, {1}", unpriced: "and {1|device|devices} without a price",

	by: "By {1}", bySite: "By site", byType: "By device type", change: "Difference to {1}", came: "Order of {1} beside what was needed", scores: "How good the forecasts of last month were",
	trends: "Modules that ask for most", asks: "To request", enough: "Enough for the horizon", left: "Left out", requests: "Requests of the month", method: "Method",
	site: "Site", deviceType: "Device type", total: "Total", unnamed: "(unknown)", none: "None.", nothing: "No module needs more devices within the horizon.",
	leftNote: "Nothing can be said about these yet; they count in no total.", sharedNote: "A module of several sites counts in each; its devices are shared.",

	module: "Module", count: "Modules", pieces: "Devices", atRisk: "At risk", toRequest: "To request", short: "Needed", peakNow: "Peak now, %", growth: "Growth, points a day", fullOn: "Full on", why: "Why", orders: "Order", then: "Then", now: "Now", difference: "Difference",
	devicesThen: "Devices then", requested: "Requested", neededThen: "Needed", forecastAll: "Forecast in all", cameAll: "Came in all", errorHead: "Error, %", pair: "Requested ○, needed ●",
	costHead: "Cost, {1}", state: "State", who: "By", opened: "Opened", approved: "Approved", closed: "Closed", what: "Request",
	task: "Forecast", made: "Made", scored: "Judged", medianError: "Median error, %", naive: "Naive, %", bias: "Bias, %", inside: "Inside of the interval, %",

	changeNote: "The order of {1} was known until {2}.", newOnes: "New or judged for the first time: {1}.", gone: "Judged then and gone since: {1}.", more: ", … and {1} more", others: "Modules with a smaller change: {1}.",
	cameNote: "Known until {1}, lead time until {2}.", quiet: "Modules that neither asked for devices nor needed more are left out here: {1}.", totalOf: "Total of {1|module|modules}",
	scoresNote: "Forecasts about {1} to {2}; intervals are meant to hold {3} % of what comes, the band {4} %. Naive is what the day a week before would have said.", replayed: "{1} (replayed)",
	trendsNote: "Load in percent of a device, by day, up to the end of the lead time. The scale does not start at zero.",
	peaks:      "daily peaks", line: "straight line through them", expected: "forecast with its interval", target: "target load",

	tasks: map[string]string{"band": "next minutes", "peak": "today’s peak", "growth": "a later day’s peak", "order": "devices needed"},
}
