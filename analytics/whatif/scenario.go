// Package whatif describes what would be different: more load, devices added or
// lost, another lead time.
//
// A [Scenario] is data. It knows no fleet: package analytics judges the fleet with
// it, by the same code that makes the table, so that a scenario that changes
// nothing leaves every number as it is.
package whatif

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// Scenario is what differs from what is expected. The zero value differs in nothing.
type Scenario struct {
	Name       string    `json:"name,omitempty"`
	Loads      []Load    `json:"loads,omitempty"`
	Lost       []Domain  `json:"lost,omitempty"`
	Devices    []Devices `json:"devices,omitempty"`
	LeadTime   Days      `json:"lead_time,omitempty"`   // until what is requested is in service; 0: as configured
	TargetLoad float64   `json:"target_load,omitempty"` // percent at which a device counts as full; 0: as configured
}

// Load multiplies the load of a node with all below it; of several that concern a
// node each counts.
type Load struct {
	Path   string  `json:"path"`           // id of the node; empty: all
	Uplift float64 `json:"uplift"`         // 1.3 is three tenths more
	From   string  `json:"from,omitempty"` // first day, YYYY-MM-DD; empty: today
	To     string  `json:"to,omitempty"`   // last day; empty: from then on
}

// Domain is a failure domain that is lost with all devices in it: those whose load
// series has a value of a label, as rack r12. The other devices do their work.
type Domain struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Path  string `json:"path,omitempty"` // only under this node; empty: everywhere
}

// Devices adds devices to a module, or takes some; the work is spread over those
// that are there then.
type Devices struct {
	Path   string `json:"path"`
	Change int    `json:"change"` // below 0: taken
}

// Days is a time in whole days, written as 45d.
type Days int

// MostDays is the longest lead time.
const MostDays = 365

// ParseDays reads a time as Prometheus writes it (30d, 6w), which must be of whole
// days, at least one. Whether they are too many is told with all other faults, by
// [Scenario.Validate].
func ParseDays(s string) (Days, error) {
	const day = 24 * time.Hour
	d, err := model.ParseDuration(s)
	n := time.Duration(d)
	if err != nil || n%day != 0 || n < day {
		return 0, fmt.Errorf("want whole days from 1d to %dd, got %q", MostDays, s)
	}
	return Days(n / day), nil
}

// MarshalText writes the days as 45d.
func (d Days) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%dd", int(d)), nil }

// UnmarshalText reads the days as [ParseDays] does. Its errors name the place, as
// those of [Scenario.Validate] do: a decoder of JSON tells none.
func (d *Days) UnmarshalText(text []byte) (err error) {
	if *d, err = ParseDays(string(text)); err != nil {
		return fmt.Errorf("lead_time: %w", err)
	}
	return nil
}

// Empty tells whether nothing differs.
func (s *Scenario) Empty() bool {
	return len(s.Loads)+len(s.Lost)+len(s.Devices) == 0 && s.LeadTime == 0 && s.TargetLoad == 0
}

// Sentences say in words what differs, one a part.
func (s *Scenario) Sentences() (out []string) {
	for _, l := range s.Loads {
		out = append(out, fmt.Sprintf("load of %s × %s %s", orAll(l.Path), num(l.Uplift), l.days()))
	}
	for _, d := range s.Lost {
		out = append(out, fmt.Sprintf("%s=%s of %s is lost", d.Label, d.Value, orAll(d.Path)))
	}
	for _, d := range s.Devices {
		out = append(out, fmt.Sprintf("%+d devices of %s", d.Change, d.Path))
	}
	if s.LeadTime > 0 {
		out = append(out, fmt.Sprintf("a lead time of %d days", s.LeadTime))
	}
	if s.TargetLoad > 0 {
		out = append(out, fmt.Sprintf("a target load of %s %%", num(s.TargetLoad)))
	}
	return out
}

func (l *Load) days() string {
	from := "from today on"
	if l.From != "" {
		from = "from " + l.From + " on"
	}
	if l.To != "" {
		return strings.TrimSuffix(from, " on") + " to " + l.To
	}
	return from
}

func orAll(path string) string {
	if path == "" {
		return "all"
	}
	return path
}
