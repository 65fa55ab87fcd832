package request

import (
	"fmt"
	"slices"
	"time"

	"headroom/analytics"
	"headroom/internal/config"
	"headroom/storage/fleet"
)

// Names of checks that rules ask for.
const (
	checkForecast = "within the forecast"
	checkLead     = "lead time"
	checkModule   = "module is known"
	checkPool     = "not in the pool yet"
	checkPlace    = "place in the tree"
)

// checks says what the rules make of a request. pending is how many devices are asked
// for by other requests for the same module that are under way. Of a draft that names no
// module yet there is nothing to say.
func (b *Book) checks(r *Request, s *analytics.Snapshot, pending int, now time.Time) []Check {
	switch {
	case r.Machines != nil && r.Machines.Module != "":
		return machineChecks(r.Machines, pending, now)
	case r.Business != nil && r.Business.Module != "":
		return []Check{b.placeCheck(r.Business.Module, s), b.poolCheck(r.Business.Module)}
	case r.Access != nil && r.Path != "":
		return []Check{knownCheck(r.Path, s)}
	case r.Change != nil && r.Path != "":
		return []Check{knownCheck(r.Path, s)}
	}
	return []Check{}
}

func machineChecks(m *Machines, pending int, now time.Time) []Check {
	f := m.Forecast
	if f == nil {
		return []Check{{checkModule, false, fmt.Sprintf("the table has no module %s, so nothing is forecast", m.Module)}}
	}
	return []Check{withinForecast(m, pending), leadCheck(m, now)}
}

// withinForecast compares what is asked for, with what other requests ask for already,
// with what the forecast does. Numbers of different types cannot be compared.
func withinForecast(m *Machines, pending int) Check {
	f, c := m.Forecast, Check{Name: checkForecast}
	more := ""
	if pending > 0 {
		more = fmt.Sprintf(" and %d in other requests under way", pending)
	}
	switch {
	case f.State != analytics.OK || !f.DevicesToRequest.Known():
		c.Says = "nothing is forecast: " + f.Reason
	case m.DeviceType != f.DeviceType:
		c.Says = fmt.Sprintf("the forecast is of devices of type %q, not %q", f.DeviceType, m.DeviceType)
	default:
		c.OK = m.Devices+pending <= int(f.DevicesToRequest)
		c.Says = fmt.Sprintf("the forecast asks for %.0f; asked for are %d%s", float64(f.DevicesToRequest), m.Devices, more)
	}
	return c
}

// leadCheck tells whether the machines can be there in time.
func leadCheck(m *Machines, now time.Time) Check {
	earliest := now.AddDate(0, 0, m.Forecast.HorizonDays).Format(time.DateOnly)
	return Check{
		Name: checkLead, OK: m.NeededBy >= earliest,
		Says: fmt.Sprintf("needed by %s; what is ordered today is usually in service by %s", m.NeededBy, earliest),
	}
}

func knownCheck(path string, s *analytics.Snapshot) Check {
	c := Check{Name: checkPlace, OK: s != nil && s.Find(path) >= 0}
	if c.Says = "the business tree has " + path; !c.OK {
		c.Says = "the business tree does not have " + path + " yet"
	}
	return c
}

// placeCheck tells whether the node above a new module is there.
func (b *Book) placeCheck(module string, s *analytics.Snapshot) Check {
	path, err := fleet.ParseID(module)
	if err != nil || len(path) < 2 {
		return Check{checkPlace, true, "the module is at the top of the business tree"}
	}
	return knownCheck(path[:len(path)-1].ID(), s)
}

func (b *Book) poolCheck(module string) Check {
	c := Check{Name: checkPool, OK: b.Pool == nil || !b.Pool.Has(module)}
	if c.Says = "no service of the pool is " + module; !c.OK {
		c.Says = "the pool has a service " + module + " already"
	}
	return c
}

// autoApproved tells which rule approves a request by itself, in words; empty: none.
func autoApproved(rules []config.RequestRule, r *Request) string {
	for i := range rules {
		if why := ruleApproves(&rules[i], r); why != "" {
			return why
		}
	}
	return ""
}

func ruleApproves(rule *config.RequestRule, r *Request) string {
	if rule.Kind != string(r.Kind) || !slices.ContainsFunc(orRoot(rule.Paths), func(id string) bool { return below(r.Path, id) }) {
		return ""
	}
	if r.Machines != nil && len(r.Machines.Nodes) > 0 {
		return "" // what serves on them by now a person looks at
	}
	why := "approved by a rule for " + rule.Kind
	if rule.MaxDevices > 0 {
		if r.Machines.Devices > rule.MaxDevices {
			return ""
		}
		why += fmt.Sprintf(", up to %d", rule.MaxDevices)
	}
	if rule.WithinForecast {
		i := slices.IndexFunc(r.Checks, func(c Check) bool { return c.Name == checkForecast })
		if i < 0 || !r.Checks[i].OK {
			return ""
		}
		why += ": within the forecast, " + r.Checks[i].Says
	}
	return why
}

// orRoot is the whole tree where no paths are named.
func orRoot(paths []string) []string {
	if len(paths) == 0 {
		return []string{""}
	}
	return paths
}

// below tells whether a node is another one or lies below it. What is no id lies
// nowhere.
func below(id, parent string) bool {
	path, err := fleet.ParseID(id)
	above, err2 := fleet.ParseID(parent)
	return err == nil && err2 == nil && path.Under(above)
}
