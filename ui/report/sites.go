package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"headroom/analytics"
	"headroom/ingest/rollup"
)

// Share is what a site has of a module.
type Share struct {
	Site             string           `json:"site"` // the label's value
	Devices          analytics.Number `json:"devices"`
	DevicesNeeded    analytics.Number `json:"devices_needed"`
	DevicesToRequest analytics.Number `json:"devices_to_request"`
	Cost             analytics.Number `json:"cost"`
}

// Site is where the module stands, several sites with what they have of it.
func (l *Line) Site() string {
	if len(l.Sites) == 1 {
		return l.Sites[0].Site
	}
	names := make([]string, len(l.Sites))
	for i, s := range l.Sites {
		names[i] = s.Site + " " + digits(s.Devices)
	}
	return strings.Join(names, ", ")
}

// place divides a line among the sites in which its devices report.
func (l *Line) place(domains []rollup.Domain, label string, price analytics.Number) {
	var at []rollup.Domain
	for _, d := range domains {
		if d.Label == label && d.Value != "" {
			at = append(at, d)
		}
	}
	slices.SortFunc(at, func(a, b rollup.Domain) int {
		return cmp.Or(b.Devices-a.Devices, strings.Compare(a.Value, b.Value))
	})
	devices, needed, request := divide(l.Devices, at), divide(l.DevicesNeeded, at), divide(l.DevicesToRequest, at)
	for i, d := range at {
		l.Sites = append(l.Sites, Share{d.Value, devices[i], needed[i], request[i], cost(request[i], price)})
	}
}

// divide shares a whole number in proportion to the devices of the domains, by
// the largest remainders (Hamilton), of equal ones the first, so that the parts are
// whole and make up the number.
func divide(n analytics.Number, at []rollup.Domain) []analytics.Number {
	parts, order, all := make([]analytics.Number, len(at)), make([]int, len(at)), 0
	for _, d := range at {
		all += d.Devices
	}
	rest := float64(n)
	left := make([]float64, len(at))
	for i, d := range at {
		exact := float64(n) * float64(d.Devices) / float64(all)
		whole := math.Floor(exact)
		parts[i], left[i], order[i] = analytics.Number(whole), exact-whole, i
		rest -= whole
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(left[b], left[a]) })
	for i := 0; i < len(order) && rest >= 0.5; i++ {
		parts[order[i]]++
		rest--
	}
	return parts
}

// addShare counts what a site has of a line. The module is counted in each of its sites.
func (t *Total) addShare(l *Line, s Share) {
	t.count(l, s.Devices, s.DevicesNeeded, s.DevicesToRequest, s.Cost)
}
