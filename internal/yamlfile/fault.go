package yamlfile

import (
	"slices"
	"strconv"
	"strings"
)

// Fault is one thing that is wrong with a configuration.
type Fault struct {
	File    string
	Line    int    // from 1; 0 when the configuration did not come from a file
	Key     string // as in "capacity.events[0].from"; empty for the file as a whole
	Problem string // what is wanted and what was found
}

// String writes the fault as compilers do: file:line: key: problem.
func (f Fault) String() string {
	var at []string
	if f.File != "" {
		at = append(at, f.File)
	}
	if f.Line > 0 {
		at = append(at, strconv.Itoa(f.Line))
	}
	text := []string{f.Problem}
	if f.Key != "" {
		text = slices.Insert(text, 0, f.Key)
	}
	if len(at) > 0 {
		text = slices.Insert(text, 0, strings.Join(at, ":"))
	}
	return strings.Join(text, ": ")
}

// Faults is every fault of one configuration, in the order of its lines.
type Faults []Fault

// Error lists the faults, one a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i := range f {
		lines[i] = f[i].String()
	}
	return strings.Join(lines, "\n")
}

// Join adds more faults, but not of keys that have one: a value that could not
// be read is not missing as well.
func (f Faults) Join(more Faults) Faults {
	unread := map[string]bool{}
	for _, fault := range f {
		unread[fault.Key] = true
	}
	for _, fault := range more {
		if !unread[fault.Key] {
			f = append(f, fault)
		}
	}
	return f
}

// Place gives the faults their file and lines. A key that is not in the file
// gets the line of the nearest key around it.
func (f Faults) Place(file string, lines map[string]int) {
	for i := range f {
		f[i].File = file
		for key := f[i].Key; f[i].Line == 0 && key != ""; key = parentKey(key) {
			f[i].Line = lines[key]
		}
	}
	slices.SortStableFunc(f, func(a, b Fault) int { return a.Line - b.Line })
}

// parentKey is what a key lies in: "a.b[0]" lies in "a.b", which lies in "a".
func parentKey(key string) string {
	return key[:max(strings.LastIndexAny(key, ".["), 0)]
}
