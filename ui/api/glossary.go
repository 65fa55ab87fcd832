package api

import (
	"strings"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
)

// Whose arithmetic makes a number, beside none.
const (
	ofRow      = "row"
	ofOrder    = "order"
	ofDecision = "decision"
)

// Term is a number that pages show: what it is, and where it comes from.
type Term struct {
	Term        string `json:"term"`
	Summary     string `json:"summary"`     // its name
	Description string `json:"description"` // what it says
	// Of says what to ask explain for, to have its arithmetic: "row", "order" or
	// "decision"; "" if there is none.
	Of     string `json:"of"`
	Series string `json:"series"` // the metric that holds it; "" where none does
	Labels string `json:"labels"` // matchers of the series beside those of the hierarchy

	// steps of the explanation that make the number, of any model. A name of a step
	// may go on with a figure, as in "peak in 30 days".
	steps []string
}

// terms are in the order of the table's columns, then those of a module's page and of
// a service's.
var terms = []Term{
	{"devices", "Devices", "How many devices have reported within the last minutes.",
		"", "headroom_module_devices", "", nil},
	{"processes", "Processes", "How many processes have told their busy seconds or requests within the last minutes.",
		"", "headroom_module_processes", "", nil},
	{"load", "Load now", "The mean load of the devices that report in this minute, in percent of a device.",
		"", "headroom_module_load_percent", "", nil},
	{"mean", "Expected now", "The load that is normal for this minute of this day.",
		ofRow, "headroom_module_load_expected", "",
		[]string{"usual", "level", "expected", "mean"}},
	{"band", "Band", "The bounds between which the load of this minute is expected.",
		ofRow, "headroom_module_load_upper", "",
		[]string{"noise", "spread", "tails", "threshold", "lower", "upper", "half-width", "band"}},
	{"deviates", "Deviates", "The distance of the load from what is expected, in half-widths of the band: above 1 it is outside.",
		ofRow, "headroom_module_deviation_score", "",
		[]string{"score", "deviates", "strength", "alarm"}},
	{"peak", "Today's peak", "The highest five-minute load expected today; the interval holds it in 95 of 100 days.",
		ofRow, "headroom_module_peak_today", `bound="mid"`,
		[]string{"usual peak", "unlike the usual day", "still to come", "base", "ratio", "peak today", "interval"}},
	{"headroom", "Headroom", "The part of the target load that today's expected peak leaves free. Below 0 it is overfull.",
		ofRow, "headroom_module_headroom_percent", "",
		[]string{"headroom"}},
	{"loss", "Headroom after a loss", "The same once the largest failure domain is lost and the other devices do its work.",
		ofRow, "headroom_module_headroom_after_loss_percent", "",
		[]string{"after loss"}},
	{"growth", "Growth", "How fast the daily peak grows, in percent a day on a straight line through the last 60 days; a month is 30 of these days. After a ~ the weeks do not agree on it, and neither full on nor the order counts on it.",
		ofOrder, "headroom_module_growth_percent_per_day", "",
		[]string{"line", "trend"}},
	{"full", "Full on", "The day by which a daily peak has more likely than not reached the target load.",
		ofOrder, "headroom_module_days_to_full", `bound="mid"`,
		[]string{"trend", "peak in", "full on"}},
	{"order", "Devices to request", "How many devices to ask for now, so that the peak before the delivery stays below the target load with the stated probability.",
		ofOrder, "headroom_module_devices_to_request", "",
		[]string{"largest peak of", "risk of", "peak at risk", "devices needed", "devices to request"}},
	{"seen", "Highest so far today", "The highest five-minute mean of today, up to now.",
		ofRow, "headroom_module_load_percent", "",
		[]string{"peak today"}},
	{"highest", "Highest device", "The load of the device that has the most to do in this minute.",
		"", "headroom_module_load_max_percent", "", nil},
	{"requests", "Requests", "What the requests' counters of all processes grew by in this minute.",
		"", "headroom_module_requests", "", nil},
	{"busy", "Busy seconds", "How many seconds the processes were busy in this minute, all together.",
		"", "headroom_module_busy_seconds", "", nil},
	{"horizon", "Peak at the horizon", "The daily peak on the day of the delivery.",
		ofOrder, "", "",
		[]string{"trend", "peak in", "spread", "interval"}},
	{"risk", "Peak at risk", "The peak that is exceeded with the stated probability before the delivery.",
		ofOrder, "headroom_module_peak_at_risk_percent", "",
		[]string{"largest peak of", "risk of", "peak at risk"}},
	{"target", "Target load", "The load at which a device counts as full, as it is configured.",
		ofRow, "", "",
		[]string{"headroom"}},
	{"needed", "Devices needed", "How many devices hold the peak at risk at the target load, with the minimum and the spares.",
		ofOrder, "headroom_module_devices_needed", "",
		[]string{"peak at risk", "devices needed"}},
	{"short", "Risk of being short", "The probability that the peak before the delivery is above what the devices hold at the target load: without the order, and with it.",
		ofOrder, "", "",
		[]string{"largest peak of", "risk of", "devices needed", "devices to request"}},
	{"fraction", "Busy", "The share of the processes' time in the decided minute in which they did work.",
		ofDecision, "headroom_scale_busy_fraction", "",
		[]string{"busy fraction"}},
	{"workers", "Workers", "How many workers there shall be: as many as the numbers ask for, within the limits that hold.",
		ofDecision, "headroom_scale_desired_workers", "",
		[]string{"wanted by the numbers", "limit:", "desired"}},
}

// IDKind is a kind of ids that explain answers for.
type IDKind struct {
	Kind        string `json:"kind"` // before the colon; "" is the row and the order of a node together
	Example     string `json:"example"`
	Description string `json:"description"`
}

var idKinds = []IDKind{
	{"", "Qzone/WNS", "A node of the business tree: its row and its order line."},
	{"row", "row:Qzone/WNS", "A row of the warning table: expectation, band, verdict, peak, headroom."},
	{"order", "order:Qzone/WNS@2026-11-01", "How it grows, when it is full, and the devices to request."},
	{"report", "report:2026-11/Qzone/WNS", "A line of a month's report, as it was published."},
	{"scale", "scale:Qzone/WNS", "How the number of a service's workers was decided."},
	{"node", "node:NAME", "Why a node of the pool has the workers that it has."},
	{"alarm", "alarm:ID", "The way of an alarm, and what decided about it."},
	{"heal", "heal:ID", "What was done about an alarm, and whether it helped."},
	{"mute", "mute:ID", "What a mute hides, when, and who wants that."},
	{"request", "request:ID", "What the rules said of a request, and what became of it."},
	{"run", "run:ID/STEP", "A run of a flow, or one of its steps: inputs and where they came from, attempts, outputs."},
	{"forecast", "forecast:2026-11-27/peak/12:00/Qzone/WNS", "A past forecast beside what came, and its error."},
}

// Meaning is what a column of a page's table holds that is no term, or what an order
// does to a node, a step and the like.
type Meaning struct {
	Of          string `json:"of"` // the page, or what is ordered
	Name        string `json:"name"`
	Description string `json:"description"`
}

var meanings = []Meaning{
	{"table", "path", "Place in the business tree"},
	{"table", "spark", "The load of the last 7 days; a mark below is a time outside the band"},
	{"table", "model", "The model whose numbers stand beside it"},
	{"table", "cover", "What keeps alarms back and until when, and the change that runs"},
	{"table", "owner", "Who is responsible, as the registry knows"},
	{"table", "note", "Your note"},
	{"table", "state", "Whether the row can be judged"},
	{"table", "without", "Probability of being short before the delivery if nothing is ordered"},
	{"table", "with", "The same with the order"},
	{"table", "ways", "The request and a scenario"},
	{"ledger", "made", "Forecasts that were written down"},
	{"ledger", "scored", "Forecasts whose day is over"},
	{"ledger", "error", "Mean size of the error, in percent of what came; the smaller one is bold"},
	{"ledger", "naive", "The same of the naive forecast"},
	{"ledger", "bias", "Mean error: above 0 too much was forecast"},
	{"ledger", "inside", "How often the interval held what came, of what it is meant to"},
	{"ledger", "width", "Mean width of the interval, in percent of what came"},
	{"reports", "request", "Devices to request in all"},
	{"reports", "difference", "Of the devices to request: to the month before, of a draft to the last published month"},
	{"reports", "cost", "Of the devices to request that have a price"},
	{"reports", "asks", "Modules that ask for devices, of those that are judged"},
	{"reports", "risk", "Modules that are likely full before the delivery"},
	{"reports", "sent", "To whom it went, and what went wrong"},
	{"whatif", "node", "Press a node for its arithmetic in a sentence"},
	{"model", "calibrated", "Follows the load of the last hours on top of the usual day; its intervals come from its own past errors."},
	{"model", "classic", "Mean ± 3 standard deviations of the same minute on the last 28 days, straight line through 60 daily peaks."},
	{"model", "both", "The calibrated model above, the classic one below it; rows are sorted and counted by the calibrated one."},
	{"node", "cordon", "New workers go elsewhere; those that run here go on."},
	{"node", "drain", "Its workers are replaced elsewhere, each stopped once the other one serves. New ones go elsewhere."},
	{"node", "open", "It takes new workers again."},
	{"node", "forget", "It is removed with its workers, as if it had never been. If it comes back, it joins anew."},
	{"service", "apply", "From the next minute on, workers are started and stopped as decided."},
	{"service", "recommend", "Decisions are shown and kept; nobody acts on them."},
	{"service", "configured", "The mode is the configuration's again."},
	{"service", "hold", "Its number of workers stays as it is. Lost ones are replaced."},
	{"service", "release", "The policy decides again."},
	{"service", "byHand", "So many workers run, whatever the policy says."},
	{"service", "policyAgain", "The policy's number holds again."},
	{"service", "retire", "All its workers are stopped, then it is forgotten."},
	{"item", "ignore", "It is all right as it is on this node."},
	{"item", "unignore", "It counts as inconsistent again."},
	{"item", "adopt", "What was found on this node is declared for all nodes."},
	{"item", "unadopt", "What the file says counts again."},
	{"item", "repair", "Makes it as declared."},
	{"step", "approve", "The run goes on."},
	{"step", "reject", "The step fails; the run does what it does after a failure."},
	{"step", "retry", "The step is tried again with these inputs."},
	{"step", "skip", "The run goes on without this step. Say why."},
	{"run", "pause", "Steps that run still end; no other begins."},
	{"run", "resume", "The run goes on."},
	{"run", "cancel", "Steps that run are stopped; what was done stays."},
	{"run", "undo", "Steps that run are stopped; what was done is taken back."},
	{"request", "approve", "What was asked for is done next."},
	{"request", "reject", "Say why."},
	{"request", "comment", "Everybody sees it."},
	{"request", "cancel", "Nobody needs it any more."},
	{"request", "deliver", "Name the machines that have come."},
	{"request", "done", "Say how it was done."},
	{"ask", "machines", "Machines for a module, filled in from the forecast."},
	{"ask", "business", "A new module whose workers run in the pool."},
	{"ask", "access", "A role in the business tree, until a day."},
	{"ask", "change", "A flow that begins once it is approved."},
	{"access", "grant", "For a person, a group of a login, or a name in a chat."},
	{"access", "token", "For a program. Its secret is shown once."},
}

// Sign is what stands in place of a number, or beside it.
type Sign struct {
	Summary     string `json:"summary"` // the sign
	Description string `json:"description"`
}

var signs = []Sign{
	{"YES ↑ 1.5", "above the band, at 1.5 half-widths"},
	{"⚑", "an alarm runs: the deviation lasts, or is far out; it ends after a calm while"},
	{"Headroom", "what today's peak leaves free of the target load, below it after a loss"},
	{"learning row", "too little history to judge"},
	{"stale row", "no data now; the last values are grey"},
	{"–", "not known, which is not zero"},
}

// Key is a key of the pages, or several of the same kind.
type Key struct {
	Keys        string `json:"keys"` // with spaces between them
	Description string `json:"description"`
}

var keys = []Key{
	{"/", "search"},
	{"s Ctrl-K", "search everything"},
	{"j k", "next, previous row"},
	{"Enter", "open the row, fold or unfold a group"},
	{"e", "explain the number that has the focus, or the row"},
	{"n m", "edit the row's note; mute the row"},
	{"d", "deviating rows only"},
	{"g x", "group by the next level; fold or unfold the group"},
	{"v c", "saved views; columns"},
	{"o a", "open alarms only; take an alarm on"},
	{"Esc", "leave the search, go back"},
	{"?", "this help"},
}

// Glossary has the words of the pages, and what can be explained.
type Glossary struct {
	Terms    []Term    `json:"terms"`
	Meanings []Meaning `json:"meanings"`
	Signs    []Sign    `json:"signs"`
	Keys     []Key     `json:"keys"`
	IDs      []IDKind  `json:"ids"`
}

// glossary answers what the numbers of the pages are, and which ids are explained.
func (s *Server) glossary(*gin.Context) (any, error) {
	return Glossary{terms, meanings, signs, keys, idKinds}, nil
}

// setTerms says of each step which numbers of a page it makes.
func setTerms(e *analytics.Explanation) {
	for i := range e.Steps {
		name := e.Steps[i].Name + " "
		for _, t := range terms {
			for _, step := range t.steps {
				if strings.HasPrefix(name, step+" ") {
					e.Steps[i].Terms = append(e.Steps[i].Terms, t.Term)
					break
				}
			}
		}
	}
}
