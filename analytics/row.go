package analytics

import (
	"time"

	"headroom/analytics/order"
	"headroom/ingest/rollup"
	"headroom/storage/fleet"
)

// State tells whether a row can be judged.
type State string

// The states of a row; all but OK come with a reason.
const (
	OK       State = "ok"
	Learning State = "learning" // too little history: Reason says what is missing
	Stale    State = "stale"    // no data now: Age says for how long
)

// Row is one line of the warning table: one node of the business tree in one
// minute. Loads are in percent of a device.
type Row struct {
	ID    string     `json:"id"`
	Path  fleet.Path `json:"path"`
	Level string     `json:"level"` // the label of the hierarchy that the node belongs to

	Devices       Number `json:"devices"`
	DevicesSilent Number `json:"devices_silent"` // reported within a day and have stopped
	Processes     Number `json:"processes"`
	Waiting       int    `json:"-"`            // processes that run, too, but of whose work nothing is known yet; [rollup.NotKept] of a minute before the start
	BusySeconds   Number `json:"busy_seconds"` // of the minute
	Requests      Number `json:"requests"`     // of the minute

	At      time.Time `json:"at"` // start of the minute, in the configured zone
	Load    Number    `json:"load"`
	LoadMax Number    `json:"load_max"` // of the highest device

	Mean      Number     `json:"mean"` // what is normal for this minute of the day
	Lower     Number     `json:"lower"`
	Upper     Number     `json:"upper"`
	Days      int        `json:"days"` // previous days that the band stands on
	Deviates  bool       `json:"deviates"`
	Direction string     `json:"direction"` // "up", "down", or "" when it does not deviate
	Alarm     bool       `json:"alarm"`     // a deviation that is worth telling has begun and is not over
	Score     Number     `json:"score"`     // distance from the mean in half-widths
	Since     *time.Time `json:"since"`     // first minute of the deviation

	PeakToday Peak `json:"peak_today"`

	Headroom          Number         `json:"headroom"`            // percent of the target load that is free at today's expected peak; below 0: overfull
	HeadroomAfterLoss Number         `json:"headroom_after_loss"` // likewise, its load spread over the devices left after LargestDomain is lost; -Inf if none is left
	LargestDomain     *rollup.Domain `json:"largest_domain"`      // nil while unknown

	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
	Age    Number `json:"age_seconds"` // of the newest data; 0 when it is from this minute

	Note   string     `json:"note"`
	NoteBy string     `json:"note_by,omitempty"` // who wrote it; empty where nobody has to log in
	NoteAt *time.Time `json:"note_at,omitempty"` // nil without a note

	Owner string `json:"owner"` // who is responsible, as far as the registry knows
}

// Peak is the highest load of today, as expected now.
type Peak struct {
	Value Number     `json:"value"`
	Lower Number     `json:"lower"`
	Upper Number     `json:"upper"`
	At    *time.Time `json:"at"`
	Seen  Number     `json:"seen"`  // the highest five-minute mean so far today
	Model string     `json:"model"` // that forecasts it: the table's, or a simpler one that the node's own backtest speaks for; empty: none yet
}

// Interval is a forecast with its bounds.
type Interval struct {
	Value Number `json:"value"`
	Lower Number `json:"lower"`
	Upper Number `json:"upper"`
}

// Dates is a day with the earliest and latest day of its interval, as
// YYYY-MM-DD; empty where the forecast does not get there.
type Dates struct {
	Value string `json:"value"`
	Lower string `json:"lower"` // the earliest
	Upper string `json:"upper"` // the latest
}

// Growth is one line of the expansion report: how a node's daily peak grows
// and what has to be ordered for it.
type Growth struct {
	ID    string     `json:"id"`
	Path  fleet.Path `json:"path"`
	Level string     `json:"level"`

	AsOf          string   `json:"as_of"`           // the last day that counts, YYYY-MM-DD
	Days          int      `json:"days"`            // daily peaks that the line stands on
	SlopePerDay   Number   `json:"slope_per_day"`   // of the straight line, in percentage points of load a day
	PercentPerDay Number   `json:"percent_per_day"` // slope in percent of the line's value today
	TrendPerDay   Number   `json:"trend_per_day"`   // points a day by which the model's forecast grows: the slope, or what the weeks agree on; 0 if they agree on none
	SlopeDoubted  bool     `json:"slope_doubted"`   // the forecast does not count on the slope: the weeks agree on no trend, or on one the other way
	R2            Number   `json:"r2"`
	PeakNow       Number   `json:"peak_now"` // the line's value on AsOf
	HorizonDays   int      `json:"horizon_days"`
	PeakAtHorizon Interval `json:"peak_at_horizon"`
	PeakMax       Interval `json:"peak_max"` // the highest day of the horizon

	TargetLoad Number `json:"target_load"`
	FullOn     Dates  `json:"full_on"` // the day on which the daily peak reaches TargetLoad

	Devices          Number `json:"devices"` // that report or were silent for less than a day
	DevicesNeeded    Number `json:"devices_needed"`
	DevicesToRequest Number `json:"devices_to_request"` // of DeviceType
	DeviceType       string `json:"device_type"`        // what is ordered; empty: more of those that are there, or, above modules, several

	Risk         Number `json:"risk"`          // probability that the devices needed do not suffice; unknown to the classic model
	PeakAtRisk   Number `json:"peak_at_risk"`  // what the largest peak of the horizon is above with that probability
	Event        string `json:"event"`         // that makes it so
	Spares       Number `json:"spares"`        // of the devices needed, those that replace what fails
	PooledNeeded Number `json:"pooled_needed"` // devices that suffice at the same risk if the modules below could share them, before minimums and spares

	State  State  `json:"state"`
	Reason string `json:"reason"` // the sentence with its numbers, or what is missing

	demand order.Demand // of a module
}
