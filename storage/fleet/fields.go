package fleet

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Fields are the facts of a node one by one: a field's name and what it says. A list
// is written with a line for each of its items; what [Facts.Limits] and [Facts.Labels]
// hold has names as "limits.max_workers" and "labels.tier".
type Fields map[string]string

// Names of fields that are no entry of a map, in the order in which people read them.
var FieldNames = []string{"owner", "level", "runbook", "dependencies", "device_type", "contacts", "notes"}

const (
	limitPrefix = "limits."
	labelPrefix = "labels."
)

// Bounds of what a node's facts may hold.
const (
	MaxFields = 200    // of a node
	MaxItems  = 1000   // of a list
	MaxValue  = 10_000 // bytes of one value, of all items of a list together MaxList
	MaxList   = 100_000
)

// IsList tells whether a field holds a list.
func IsList(field string) bool { return field == "dependencies" || field == "contacts" }

// inherited tells whether a field of a node counts for what lies below it. Notes are
// about the node itself.
func inherited(field string) bool { return field != "notes" }

// Fields takes facts apart. What is empty says nothing and is left out.
func (f Facts) Fields() Fields {
	all := Fields{
		"owner": f.Owner, "level": f.Level, "runbook": f.Runbook, "device_type": f.DeviceType, "notes": f.Notes,
		"dependencies": JoinList(f.Dependencies), "contacts": JoinList(f.Contacts),
	}
	for name, v := range f.Limits {
		all[limitPrefix+name] = v
	}
	for name, v := range f.Labels {
		all[labelPrefix+name] = v
	}
	maps.DeleteFunc(all, func(_, v string) bool { return v == "" })
	return all
}

// Facts puts the facts of a node together.
func (all Fields) Facts(id string) Facts {
	f := Facts{
		ID: id, Owner: all["owner"], Level: all["level"], Runbook: all["runbook"], DeviceType: all["device_type"], Notes: all["notes"],
		Dependencies: SplitList(all["dependencies"]), Contacts: SplitList(all["contacts"]),
	}
	for name, v := range all {
		if key, ok := strings.CutPrefix(name, limitPrefix); ok && v != "" {
			put(&f.Limits, key, v)
		} else if key, ok := strings.CutPrefix(name, labelPrefix); ok && v != "" {
			put(&f.Labels, key, v)
		}
	}
	return f
}

func put(m *map[string]string, key, value string) {
	if *m == nil {
		*m = map[string]string{}
	}
	(*m)[key] = value
}

// JoinList writes a list as the value of a field: its items in order, each once.
func JoinList(items []string) string {
	var out []string
	for _, item := range items {
		item = strings.TrimSpace(item)
		if item != "" && !slices.Contains(out, item) {
			out = append(out, item)
		}
	}
	return strings.Join(out, "\n")
}

// SplitList reads the value of a field that holds a list.
func SplitList(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, "\n")
}

// CheckField tells what is wrong with a field of a node: its name, or its value.
func CheckField(field, value string) error {
	most := MaxValue
	switch {
	case IsList(field):
		most = MaxList
		if n := len(SplitList(value)); n > MaxItems {
			return fmt.Errorf("has %d items; it may have up to %d", n, MaxItems)
		}
	case slices.Contains(FieldNames, field):
	case mapField(field) == "":
		return fmt.Errorf("there is no such fact; there are %s, limits.NAME and labels.NAME", strings.Join(FieldNames, ", "))
	case len(field) > 200:
		return fmt.Errorf("its name has %d bytes; it may have up to 200", len(field))
	}
	if len(value) > most {
		return fmt.Errorf("has %d bytes; it may have up to %d", len(value), most)
	}
	switch field {
	case "dependencies":
		return checkIDs(value)
	case "runbook":
		return checkRunbook(value)
	}
	return nil
}

// checkRunbook lets pages make a link of a runbook: no address may be a script.
func checkRunbook(ref string) error {
	scheme, _, isURL := strings.Cut(ref, ":")
	if scheme = strings.ToLower(strings.TrimSpace(scheme)); !isURL || scheme == "http" || scheme == "https" || strings.Contains(scheme, "/") {
		return nil
	}
	return fmt.Errorf("want an address of http or https, or a file of the runbooks' directory, got %.80q", ref)
}

func checkIDs(value string) error {
	for _, id := range SplitList(value) {
		if _, err := ParseID(id); err != nil {
			return err
		}
	}
	return nil
}

// mapField is the name of an entry of limits or labels; empty if it is none.
func mapField(field string) string {
	if name, ok := strings.CutPrefix(field, limitPrefix); ok {
		return name
	}
	name, _ := strings.CutPrefix(field, labelPrefix)
	if name == field {
		return ""
	}
	return name
}

// SortFields orders names of fields as people read them: those of [FieldNames] first.
func SortFields(names []string) {
	place := func(name string) int {
		if i := slices.Index(FieldNames, name); i >= 0 {
			return i
		}
		return len(FieldNames)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := place(a) - place(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}
