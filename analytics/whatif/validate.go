package whatif

import (
	"errors"
	"fmt"
	"strconv"

	"headroom/analytics/season"
	"headroom/storage/fleet"
)

// MostParts is how many parts of one kind a scenario may have, and MostUplift what
// a load may be multiplied by.
const MostParts, MostUplift = 100, 1000

// Faults are all that is wrong with a scenario, each with its place.
type Faults struct{ all []error }

// Add notes a fault at a place such as loads[0].uplift.
func (f *Faults) Add(place, format string, args ...any) {
	f.all = append(f.all, fmt.Errorf("%s: %w", place, fmt.Errorf(format, args...)))
}

// Err returns the faults as one error, nil if there are none.
func (f *Faults) Err() error {
	if len(f.all) == 0 {
		return nil
	}
	return f
}

func (f *Faults) Error() string { return errors.Join(f.all...).Error() }

// Unwrap lets errors.Is find what the faults wrap.
func (f *Faults) Unwrap() []error { return f.all }

// Validate reports everything that cannot be meant, as *[Faults]. Whether the
// fleet has the nodes, domains and devices is not its concern.
func (s *Scenario) Validate() error {
	f := &Faults{}
	if s.Empty() {
		f.Add("scenario", "want at least one of loads, lost, devices, lead_time, target_load")
	}
	for _, part := range []struct {
		name string
		n    int
	}{{"loads", len(s.Loads)}, {"lost", len(s.Lost)}, {"devices", len(s.Devices)}} {
		if part.n > MostParts {
			f.Add(part.name, "want at most %d, got %d", MostParts, part.n)
		}
	}
	for i, l := range s.Loads {
		l.check(f, fmt.Sprintf("loads[%d]", i))
	}
	for i, d := range s.Lost {
		d.check(f, fmt.Sprintf("lost[%d]", i), s.Lost[0].Label)
	}
	for i, d := range s.Devices {
		d.check(f, fmt.Sprintf("devices[%d]", i))
	}
	if s.LeadTime < 0 || s.LeadTime > MostDays {
		f.Add("lead_time", "want 1d to %dd, got %dd", MostDays, int(s.LeadTime))
	}
	if s.TargetLoad != 0 && !(s.TargetLoad > 0 && s.TargetLoad <= 100) {
		f.Add("target_load", "want a percentage above 0 and up to 100, got %v", s.TargetLoad)
	}
	return f.Err()
}

func (l *Load) check(f *Faults, at string) {
	if _, err := fleet.ParseID(l.Path); err != nil {
		f.Add(at+".path", "%w", err)
	}
	if !(l.Uplift > 0 && l.Uplift <= MostUplift) {
		f.Add(at+".uplift", "want a number above 0 and up to %d, got %v", MostUplift, l.Uplift)
	}
	checkDay(f, at+".from", l.From)
	checkDay(f, at+".to", l.To)
	if l.From != "" && l.To != "" && l.From > l.To {
		f.Add(at+".to", "want a day not before %s, got %s", l.From, l.To)
	}
}

func checkDay(f *Faults, at, day string) {
	if day == "" {
		return
	}
	if _, err := season.ParseDate(day); err != nil {
		f.Add(at, "want a day as 2006-01-02, got %q", day)
	}
}

func (d *Domain) check(f *Faults, at, first string) {
	if _, err := fleet.ParseID(d.Path); err != nil {
		f.Add(at+".path", "%w", err)
	}
	if d.Label == "" {
		f.Add(at+".label", "want a label of devices, as rack")
	}
	if d.Value == "" {
		f.Add(at+".value", "want a value of the label, as r12")
	}
	if d.Label != first {
		f.Add(at+".label", "want %q as in lost[0], got %q: devices are counted by one label at a time, so what two have in common is not known", first, d.Label)
	}
}

func (d *Devices) check(f *Faults, at string) {
	if path, err := fleet.ParseID(d.Path); err != nil {
		f.Add(at+".path", "%w", err)
	} else if len(path) == 0 {
		f.Add(at+".path", "want the id of a module")
	}
	if d.Change == 0 {
		f.Add(at+".change", "want how many devices are added, or taken if below 0; got 0")
	}
}

func num(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
