package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Requests says who approves what people ask for, and what happens then.
type Requests struct {
	Keep         Duration `yaml:"keep"`           // how long a request is kept after its end
	AccessAtMost Duration `yaml:"access_at_most"` // how long a role can be asked for
	OwnApproval  bool     `yaml:"own_approval"`   // who asks may approve

	Groups      map[string][]string `yaml:"groups"` // of users, by name
	Approvers   []RequestApprovers  `yaml:"approvers"`
	AutoApprove []RequestRule       `yaml:"auto_approve"`
	Flows       []RequestFlow       `yaml:"flows"`
	Notify      RequestNotify       `yaml:"notify"`
}

// RequestApprovers may approve what is asked for on a part of the business tree. Those
// of the nearest node above count.
type RequestApprovers struct {
	Path    string   `yaml:"path"`     // id of the node; empty: the whole tree
	Kinds   []string `yaml:"kinds"`    // none: all
	Who     []string `yaml:"who"`      // users, and groups as group:NAME
	AtLeast int      `yaml:"at_least"` // of them; 0: 1
}

// RequestRule approves requests by itself.
type RequestRule struct {
	Kind           string   `yaml:"kind"`
	WithinForecast bool     `yaml:"within_forecast"` // machines: not more than the forecast asks for
	MaxDevices     int      `yaml:"max_devices"`     // machines: in one request; 0: any number
	Paths          []string `yaml:"paths"`           // only below these nodes; none: everywhere
}

// RequestFlow delivers what was approved.
type RequestFlow struct {
	Kind   string         `yaml:"kind"`
	Path   string         `yaml:"path"` // only below this node; empty: everywhere
	Flow   string         `yaml:"flow"`
	Inputs map[string]any `yaml:"inputs"` // in whose texts ${field} is one of the request
}

// RequestNotify says who is told of requests.
type RequestNotify struct {
	Receivers []string  `yaml:"receivers"` // of Alertmanager's file
	Webhooks  []Webhook `yaml:"webhooks"`
}

// RequestKinds are the kinds of requests.
var RequestKinds = []string{"machines", "business", "access", "change"}

func defaultRequests() Requests {
	return Requests{
		Keep: 730 * day, AccessAtMost: 90 * day, Groups: map[string][]string{}, Approvers: []RequestApprovers{}, AutoApprove: []RequestRule{},
		Notify: RequestNotify{Receivers: []string{}, Webhooks: []Webhook{}},
		Flows:  []RequestFlow{{Kind: "machines", Flow: "expand-module", Inputs: map[string]any{"module": "${module}", "nodes": "${nodes}"}}},
	}
}

func (r Requests) check(k checker) {
	k.between("keep", r.Keep, day, 10*365*day)
	k.between("access_at_most", r.AccessAtMost, Duration(time.Hour), 5*365*day)
	for _, name := range slices.Sorted(maps.Keys(r.Groups)) {
		k.want(name != "" && len(r.Groups[name]) > 0, "groups."+name, "a name and its users", fmt.Sprintf("%d users", len(r.Groups[name])))
	}
	taken := names{}
	for i, a := range r.Approvers {
		at := k.item("approvers", i)
		a.check(at, r.Groups)
		for _, kind := range a.kinds() {
			taken.own(at, "kinds", kind+" of path "+strconv.Quote(a.Path), fmt.Sprintf("requests.approvers[%d]", i))
		}
	}
	for i, rule := range r.AutoApprove {
		rule.check(k.item("auto_approve", i))
	}
	for i, f := range r.Flows {
		f.check(k.item("flows", i))
	}
	for i, hook := range r.Notify.Webhooks {
		hook.check(k.at("notify").item("webhooks", i))
	}
}

// kinds are those that the approvers are for.
func (a RequestApprovers) kinds() []string {
	if len(a.Kinds) == 0 {
		return []string{"all"}
	}
	return a.Kinds
}

func (a RequestApprovers) check(k checker, groups map[string][]string) {
	k.want(isNodeID(a.Path), "path", "the id of a node of the business tree, as Qzone/WNS", strconv.Quote(a.Path))
	for _, kind := range a.Kinds {
		k.oneOf("kinds", kind, RequestKinds...)
	}
	k.want(len(a.Who) > 0 && !slices.Contains(a.Who, "") && !slices.Contains(a.Who, "group:"), "who", "users or group:NAME", fmt.Sprintf("%q", a.Who))
	k.want(0 <= a.AtLeast && a.AtLeast <= a.people(groups), "at_least", "a number from 1 on, not above those in who; 0 is 1", a.AtLeast)
}

// people is how many there are at most; a group that is not known here may have any
// number of users.
func (a RequestApprovers) people(groups map[string][]string) (n int) {
	for _, who := range a.Who {
		name, isGroup := strings.CutPrefix(who, "group:")
		users, known := groups[name]
		switch {
		case !isGroup:
			n++
		case known:
			n += len(users)
		default:
			n += 100
		}
	}
	return n
}

func (r RequestRule) check(k checker) {
	k.oneOf("kind", r.Kind, RequestKinds...)
	machines := r.Kind == "machines"
	k.want(machines || !r.WithinForecast, "within_forecast", "none for a kind other than machines", r.WithinForecast)
	k.want(r.MaxDevices == 0 || machines && r.MaxDevices > 0, "max_devices", "a number of machines, for kind machines", r.MaxDevices)
	for _, path := range r.Paths {
		k.want(path != "" && isNodeID(path), "paths", "ids of nodes of the business tree, as Qzone/WNS", strconv.Quote(path))
	}
}

// RequestFields are the fields of each kind that a flow's inputs can be made of,
// besides id, who and why.
var RequestFields = map[string][]string{
	"machines": {"module", "devices", "device_type", "needed_by", "nodes"},
	"business": {"module", "command", "image", "user", "minimum", "maximum", "cpu_percent", "memory", "proxies", "port_from", "port_to"},
	"access":   {"subject", "role", "path", "until"},
}

// RequestField finds ${field} in an input of a flow.
var RequestField = regexp.MustCompile(`\$\{([a-z_]*)\}`)

func (f RequestFlow) check(k checker) {
	kinds := slices.Sorted(maps.Keys(RequestFields)) // a change names its own flow
	k.oneOf("kind", f.Kind, kinds...)
	k.want(isNodeID(f.Path), "path", "the id of a node of the business tree, as Qzone/WNS", strconv.Quote(f.Path))
	k.want(f.Flow != "", "flow", "the name of a flow", "none")
	fields := append([]string{"id", "who", "why"}, RequestFields[f.Kind]...)
	for _, name := range slices.Sorted(maps.Keys(f.Inputs)) {
		EachText(f.Inputs[name], func(text string) {
			for _, m := range RequestField.FindAllStringSubmatch(text, -1) {
				k.want(slices.Contains(fields, m[1]), "inputs."+name, "fields "+strings.Join(fields, ", "), m[0])
			}
		})
	}
}

// EachText calls f with every text in a value of a configuration, of lists and maps too.
func EachText(v any, f func(text string)) {
	switch v := v.(type) {
	case string:
		f(v)
	case []any:
		for _, one := range v {
			EachText(one, f)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			EachText(v[name], f)
		}
	}
}
