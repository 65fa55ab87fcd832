package report

import (
	"encoding/json"
	"slices"
	"strings"

	"headroom/analytics"
)

// Total adds up lines.
type Total struct {
	Name             string           `json:"name"`
	Modules          int              `json:"modules"`
	Devices          analytics.Number `json:"devices"`
	DevicesNeeded    analytics.Number `json:"devices_needed"`
	DevicesToRequest analytics.Number `json:"devices_to_request"`

	Cost     analytics.Number `json:"cost"`     // of those to request that have a price; unknown if none has
	Unpriced analytics.Number `json:"unpriced"` // devices to request that have none
	AtRisk   analytics.Number `json:"at_risk"`  // modules that are, see [Line.AtRisk]; unknown in old reports
}

// UnmarshalJSON reads what an older report does not have as unknown, not as zero.
func (t *Total) UnmarshalJSON(text []byte) error {
	type plain Total
	p := plain{Cost: analytics.Unknown(), Unpriced: analytics.Unknown(), AtRisk: analytics.Unknown()}
	err := json.Unmarshal(text, &p)
	*t = Total(p)
	return err
}

// add counts a line; numbers that are unknown count as nothing here and are
// shown as unknown in their line.
func (t *Total) add(l *Line) {
	t.count(l, l.Devices, l.DevicesNeeded, l.DevicesToRequest, l.Cost)
}

func (t *Total) count(l *Line, devices, needed, request, cost analytics.Number) {
	t.Modules++
	if l.AtRisk {
		t.AtRisk++
	}
	for _, n := range []struct{ sum, value *analytics.Number }{
		{&t.Devices, &devices}, {&t.DevicesNeeded, &needed}, {&t.DevicesToRequest, &request},
	} {
		if n.value.Known() {
			*n.sum += *n.value
		}
	}
	t.addCost(cost, request)
}

// totals adds up lines by name.
type totals struct {
	at  map[string]int
	all []Total
}

// of returns the total of a name, which is empty at first.
func (s *totals) of(name string) *Total {
	i, ok := s.at[name]
	if !ok {
		if s.at == nil {
			s.at = map[string]int{}
		}
		i = len(s.all)
		s.at[name] = i
		s.all = append(s.all, newTotal(name))
	}
	return &s.all[i]
}

func newTotal(name string) Total { return Total{Name: name, Cost: analytics.Unknown()} }

// sorted returns the totals by their names; never nil.
func (s *totals) sorted() []Total {
	slices.SortFunc(s.all, func(a, b Total) int { return strings.Compare(a.Name, b.Name) })
	return append([]Total{}, s.all...)
}
