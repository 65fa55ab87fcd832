package ledger

import (
	"errors"
	"slices"
	"strings"

	"headroom/analytics/season"
	"headroom/storage/fleet"
)

// ExplainPrefix begins the ids of single forecasts.
const ExplainPrefix = "forecast:"

// ExplainID is the id of one forecast, "forecast:DAY/TASK/HORIZON/PATH": the day that it
// is about, as in forecast:2026-11-27/peak/12:00/Qzone/WNS.
func ExplainID(e *Entry) string {
	return ExplainPrefix + strings.Join([]string{e.For, e.Task, e.Horizon, e.ID}, "/")
}

// ParseID reads an id without its prefix, as a query of the node's forecasts about the
// day, and the horizon.
func ParseID(id string) (q Query, horizon string, err error) {
	parts := strings.SplitN(id, "/", 4)
	if len(parts) < 4 || !slices.Contains(Tasks(), parts[1]) {
		return q, "", errors.New("want a day, a task, its horizon and a path, as " + ExplainPrefix + "2026-11-27/peak/12:00/Qzone/WNS")
	}
	day, err := season.ParseDate(parts[0])
	if err != nil {
		return q, "", errors.New("want a day as 2026-11-27")
	}
	path, err := fleet.ParseID(parts[3])
	return Query{Path: path, Node: true, Task: parts[1], From: day, To: day}, parts[2], err
}
