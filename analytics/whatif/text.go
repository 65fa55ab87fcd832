package whatif

import (
	"fmt"
	"strconv"
	"strings"
)

// The parts of a scenario as one writes them on a command line.
//
//	PATH=1.3   PATH=1.3@2026-12-10..2026-12-20   1.3     a load
//	rack=r12   rack=r12@PATH                             a lost domain
//	PATH=+4    PATH=-2                                   devices

// ParseLoad reads a load: [PATH=]FACTOR[@FROM..TO], either day may be left out.
func ParseLoad(s string) (l Load, err error) {
	what := s
	if at := strings.LastIndex(s, "@"); at >= 0 && strings.Contains(s[at:], "..") { // names may have an @
		what = s[:at]
		l.From, l.To, _ = strings.Cut(s[at+1:], "..")
	}
	factor := what
	if at := strings.LastIndex(what, "="); at >= 0 {
		l.Path, factor = what[:at], what[at+1:]
	}
	if l.Uplift, err = strconv.ParseFloat(strings.TrimPrefix(factor, "×"), 64); err != nil {
		return l, fmt.Errorf("want PATH=1.3, 1.3 for all, or PATH=1.3@2006-01-02..2006-01-12; got %q", s)
	}
	return l, nil
}

// ParseDomain reads a lost domain: LABEL=VALUE[@PATH].
func ParseDomain(s string) (d Domain, err error) {
	label, rest, found := strings.Cut(s, "=")
	if !found || label == "" || rest == "" {
		return d, fmt.Errorf("want LABEL=VALUE, as rack=r12, or rack=r12@PATH; got %q", s)
	}
	d.Label = label
	d.Value, d.Path, _ = strings.Cut(rest, "@")
	return d, nil
}

// ParseDevices reads a change of devices: MODULE=+4 or MODULE=-2.
func ParseDevices(s string) (d Devices, err error) {
	at := strings.LastIndex(s, "=")
	if at < 0 {
		return d, fmt.Errorf("want MODULE=+4 or MODULE=-2; got %q", s)
	}
	d.Path = s[:at]
	if d.Change, err = strconv.Atoi(s[at+1:]); err != nil {
		return d, fmt.Errorf("want MODULE=+4 or MODULE=-2; got %q", s)
	}
	return d, nil
}
