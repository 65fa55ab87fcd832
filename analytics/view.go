package analytics

// Curve is what the page of one node draws: its load of the last 24 hours and
// the band up to the end of today. All slices have one entry for each step.
type Curve struct {
	ID       string   `json:"id"`
	Model    string   `json:"model"` // of the band and of the peak
	Step     int      `json:"step_seconds"`
	Times    []int64  `json:"times"` // Unix seconds
	Load     []Number `json:"load"`  // null after now and where nothing was measured
	Expected []Number `json:"expected"`
	Lower    []Number `json:"lower"`
	Upper    []Number `json:"upper"`
	LastWeek []Number `json:"last_week"` // load at the same time a week before
	Now      int64    `json:"now"`       // the snapshot's minute, Unix seconds
	Peak     Peak     `json:"peak_today"`
}

// Trend is a node's daily peaks of the growth window, the straight line through
// them, and what a model expects up to the horizon. All slices have one entry for
// each day.
type Trend struct {
	ID       string   `json:"id"`
	Model    string   `json:"model"`    // of the forecast
	Days     []string `json:"days"`     // YYYY-MM-DD, oldest first
	Peaks    []Number `json:"peaks"`    // null for days without enough data and for the future
	Line     []Number `json:"line"`     // the straight line through the peaks
	Forecast []Number `json:"forecast"` // null within the past
	Lower    []Number `json:"lower"`    // its interval
	Upper    []Number `json:"upper"`
	Devices  []Number `json:"devices"` // that most minutes of the day had; null where none is known, and in the future
	Target   Number   `json:"target_load"`
	Growth   Growth   `json:"growth"`

	Events []TrendEvent `json:"events"` // of the calendar, that reach into these days
}

// TrendEvent is an event of the calendar as a trend shows it.
type TrendEvent struct {
	Name   string  `json:"name"`
	From   string  `json:"from"` // the first day, YYYY-MM-DD
	To     string  `json:"to"`   // the last one
	Uplift float64 `json:"uplift"`
}

// Explanation is the arithmetic behind a verdict, a forecast or an order line,
// step by step.
type Explanation struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Steps []Step `json:"steps"`

	Related []string `json:"related,omitempty"` // ids that explain more
}

// Step is one line of arithmetic: the name of the result, the formula with
// names, the same with numbers, and the number.
type Step struct {
	Name    string   `json:"name"`
	Formula string   `json:"formula"`
	Numbers string   `json:"numbers"`
	Result  string   `json:"result"`
	Inputs  []string `json:"inputs,omitempty"` // the values that the formula read, one a line
	Terms   []string `json:"terms,omitempty"`  // the numbers of a page that it makes
	Named   bool     `json:"-"`                // somebody else has named it: the name is said as it is
}
