package request

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"headroom/internal/faults"
	"headroom/storage/fleet"
)

// Ask is what somebody asks for. Exactly the part of its kind is given.
type Ask struct {
	Kind Kind   `json:"kind"`
	Who  string `json:"who"` // where nobody has to log in
	Why  string `json:"why"`
	Form
}

// Form is what is filled in, by kind.
type Form struct {
	Machines *Machines `json:"machines,omitempty"`
	Business *Business `json:"business,omitempty"`
	Access   *Access   `json:"access,omitempty"`
	Change   *Change   `json:"change,omitempty"`
}

// Machines asks for devices of a module.
type Machines struct {
	Module     string    `json:"module"` // id of the module
	Devices    int       `json:"devices"`
	DeviceType string    `json:"device_type"`        // empty: more of those that are there
	NeededBy   string    `json:"needed_by"`          // YYYY-MM-DD
	Nodes      []string  `json:"nodes,omitempty"`    // machines that are to be used; none: they are still to come
	Forecast   *Forecast `json:"forecast,omitempty"` // as it was when the request was opened; set by the server
}

// Business asks for a place in the pool for a new module.
type Business struct {
	Module     string   `json:"module"`  // id that it shall have
	Command    []string `json:"command"` // of a worker, or …
	Image      string   `json:"image"`   // … the image that it is in
	User       string   `json:"user"`    // that workers run as; empty: nobody
	Minimum    int      `json:"minimum"` // workers; 0: 1
	Maximum    int      `json:"maximum"` // 0: none
	CPUPercent float64  `json:"cpu_percent"`
	Memory     string   `json:"memory"` // of the service on one node, as 2GiB; empty: no limit
	Proxies    []string `json:"proxies"`
	PortFrom   int      `json:"port_from"` // 0: it needs no ports
	PortTo     int      `json:"port_to"`
}

// Access asks for a role on a part of the business tree.
type Access struct {
	Subject string    `json:"subject"` // who shall have it, as ann, user:ann or group:ops; empty: who asks
	Role    string    `json:"role"`    // viewer, operator or admin
	Path    string    `json:"path"`    // id of the node; empty: the whole tree
	Until   time.Time `json:"until"`
}

// Change asks for the run of a flow.
type Change struct {
	Flow   string         `json:"flow"`
	Inputs map[string]any `json:"inputs"`
}

// Limits of what is filled in.
const (
	maxText    = 2000 // bytes of a reason or comment
	maxName    = 200  // bytes of a name
	maxList    = 1000 // elements of a list
	maxDevices = 100_000
)

// subjects are the kinds of those who can have a role.
var subjects = []string{"user", "group", "token", "chat"}

// Roles that can be asked for.
var roles = []string{"viewer", "operator", "admin"}

// check reports all that is wrong with what is asked for at a time.
func (a *Ask) check(now time.Time, rules rules) error {
	var l faults.List
	wantText(&l, "who", a.Who, 1, maxName)
	wantText(&l, "why", a.Why, 1, maxText)
	given := map[Kind]bool{
		KindMachines: a.Machines != nil, KindBusiness: a.Business != nil, KindAccess: a.Access != nil, KindChange: a.Change != nil,
	}
	if _, ok := given[a.Kind]; !ok {
		l.Add("kind", "want one of machines, business, access, change, got %q", a.Kind)
		return l.Err()
	}
	for _, kind := range Kinds() {
		if given[kind] && kind != a.Kind {
			l.Add(string(kind), "is not asked for in a request of kind %s", a.Kind)
		}
	}
	switch {
	case !given[a.Kind]:
		l.Add(string(a.Kind), "want what is asked for, got nothing")
	case a.Machines != nil:
		a.Machines.check(&l, now)
	case a.Business != nil:
		a.Business.check(&l, rules.hierarchy)
	case a.Access != nil:
		a.Access.check(&l, now, rules.longest)
	case a.Change != nil:
		a.Change.check(&l, rules.flows)
	}
	return l.Err()
}

func (m *Machines) check(l *faults.List, now time.Time) {
	wantPath(l, "machines.module", m.Module, false)
	if m.Devices < 1 || m.Devices > maxDevices {
		l.Add("machines.devices", "want 1 to %d, got %d", maxDevices, m.Devices)
	}
	wantText(l, "machines.device_type", m.DeviceType, 0, maxName)
	switch day, err := time.ParseInLocation(time.DateOnly, m.NeededBy, now.Location()); {
	case err != nil:
		l.Add("machines.needed_by", "want a day as 2026-12-24, got %q", m.NeededBy)
	case day.AddDate(0, 0, 1).Before(now) || day.After(now.AddDate(5, 0, 0)):
		l.Add("machines.needed_by", "want a day from today on, within five years, got %s", m.NeededBy)
	}
	wantNames(l, "machines.nodes", m.Nodes)
	if n := len(m.Nodes); n > 0 && n != m.Devices {
		l.Add("machines.nodes", "want as many as devices (%d), got %d", m.Devices, n)
	}
}

func (a *Access) check(l *faults.List, now time.Time, longest time.Duration) {
	wantText(l, "access.subject", a.Subject, 1, maxName)
	if kind, name, ok := strings.Cut(a.Subject, ":"); ok && (name == "" || !slices.Contains(subjects, kind)) {
		l.Add("access.subject", "want a user's name, or user:, group:, token: or chat: and a name, got %q", a.Subject)
	}
	wantPath(l, "access.path", a.Path, true)
	if !slices.Contains(roles, a.Role) {
		l.Add("access.role", "want one of %s, got %q", strings.Join(roles, ", "), a.Role)
	}
	switch {
	case a.Until.IsZero():
		l.Add("access.until", "want the time at which it ends, got none")
	case !a.Until.After(now):
		l.Add("access.until", "want a time to come, got %s", a.Until.Format(time.RFC3339))
	case a.Until.Sub(now) > longest:
		l.Add("access.until", "want a time within %d days, got %s", int(longest.Hours()/24), a.Until.Format(time.RFC3339))
	}
}

func wantText(l *faults.List, field, text string, least, most int) {
	if n := len(strings.TrimSpace(text)); n < least || len(text) > most || !utf8.ValidString(text) {
		l.Add(field, "want %d to %d bytes of UTF-8, got %d", least, most, len(text))
	}
}

func wantPath(l *faults.List, field, id string, root bool) {
	path, err := fleet.ParseID(id)
	switch {
	case err != nil:
		l.Add(field, "want the id of a node of the business tree, as Qzone/WNS: %v", err)
	case len(path) == 0 && !root, len(id) > maxText:
		l.Add(field, "want the id of a node of the business tree, as Qzone/WNS, got %.40q", id)
	}
}

func wantNames(l *faults.List, field string, names []string) {
	if len(names) > maxList {
		l.Add(field, "want up to %d, got %d", maxList, len(names))
		return
	}
	seen := map[string]bool{}
	for i, name := range names {
		if name == "" || len(name) > maxName || !utf8.ValidString(name) || seen[name] {
			l.Add(fmt.Sprintf("%s[%d]", field, i), "want a name of up to %d bytes, once, got %.40q", maxName, name)
		}
		seen[name] = true
	}
}

// about returns the node of the tree that is asked about, and in one line what is
// asked for.
func (f *Form) about(flows Flows) (path, title string) {
	switch {
	case f.Machines != nil:
		m := f.Machines
		what := "machines"
		if m.Devices == 1 {
			what = "machine"
		}
		if m.DeviceType != "" {
			what += " of type " + m.DeviceType
		}
		return m.Module, fmt.Sprintf("%d %s for %s by %s", m.Devices, what, m.Module, m.NeededBy)
	case f.Business != nil:
		return f.Business.Module, "a place in the pool for " + f.Business.Module
	case f.Access != nil:
		a := f.Access
		where := a.Path
		if where == "" {
			where = "everything"
		}
		return a.Path, fmt.Sprintf("role %s on %s for %s until %s", a.Role, where, a.Subject, a.Until.Format(time.DateOnly))
	}
	path = f.Change.path(flows)
	title = "run " + f.Change.Flow
	if path != "" {
		title += " on " + path
	}
	return path, title
}
