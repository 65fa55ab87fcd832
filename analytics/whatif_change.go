package analytics

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"headroom/analytics/growth"
	"headroom/analytics/order"
	"headroom/analytics/season"
	"headroom/analytics/whatif"
	"headroom/ingest/rollup"
	"headroom/storage/fleet"
)

// change is a scenario on its way through a snapshot.
type change struct {
	*Snapshot
	model   *Model
	to      []nodeChange // by fleet.Node.Index
	removed string       // the label of the domains that are lost
}

// nodeChange is what a scenario does to a node.
type nodeChange struct {
	devices float64         // afterwards
	factors []growth.Factor // of its load, before the work is spread anew
	lost    []rollup.Domain
}

// change finds out what a scenario does to each node.
func (s *Snapshot) change(sc *whatif.Scenario) (*change, error) {
	m := *s.model
	if sc.LeadTime > 0 {
		m.HorizonDays = int(sc.LeadTime)
	}
	if sc.TargetLoad > 0 {
		m.TargetLoad = sc.TargetLoad
	}
	c := &change{Snapshot: s, model: &m, to: make([]nodeChange, len(s.nodes))}
	for i := range c.to {
		c.to[i].devices = float64(s.Growth[i].Devices)
	}
	f := &whatif.Faults{}
	c.loads(f, sc.Loads)
	c.lose(f, sc.Lost)
	c.add(f, sc.Devices)
	if err := f.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

// under returns the modules below a node, none and a fault if there is no such
// node.
func (c *change) under(f *whatif.Faults, at, id string) (modules []*fleet.Node) {
	path, _ := fleet.ParseID(id) // was checked
	if id != "" && c.Find(id) < 0 {
		f.Add(at+".path", "%q: %w", id, ErrNoNode)
		return nil
	}
	for _, n := range c.nodes {
		if n.Module && n.Path.Under(path) {
			modules = append(modules, n)
		}
	}
	return modules
}

func (c *change) loads(f *whatif.Faults, loads []whatif.Load) {
	today := c.today()
	for i, l := range loads {
		factor := growth.Factor{From: 1, To: growth.Forever, By: l.Uplift}
		if day, err := season.ParseDate(l.From); err == nil {
			factor.From = day - today + 1
		}
		if day, err := season.ParseDate(l.To); err == nil {
			if factor.To = day - today + 1; factor.To < 1 {
				f.Add(fmt.Sprintf("loads[%d].to", i), "want today (%s) or later, got %s", season.Date(today), l.To)
			}
		}
		for _, n := range c.under(f, fmt.Sprintf("loads[%d]", i), l.Path) {
			c.to[n.Index].factors = append(c.to[n.Index].factors, factor)
		}
	}
}

// today is the day that the snapshot's minute lies in.
func (c *change) today() int {
	day, _ := season.NewCalendar(c.At.Location()).Split(c.At.Unix())
	return day
}

func (c *change) lose(f *whatif.Faults, lost []whatif.Domain) {
	for i, d := range lost {
		at, found := fmt.Sprintf("lost[%d]", i), false
		modules := c.under(f, at, d.Path)
		for _, n := range modules {
			for _, have := range c.Domains(n.Index) {
				if have.Label != d.Label || have.Value != d.Value {
					continue
				}
				found = true
				if to := &c.to[n.Index]; !slices.Contains(to.lost, have) { // of a node and one above it: lost once
					to.lost = append(to.lost, have)
					to.devices -= float64(have.Devices)
				}
			}
		}
		if !found && len(modules) > 0 {
			f.Add(at, "no device reports with %s=%q; %s", d.Label, d.Value, c.domainsKnown(modules, d.Label))
		}
		c.removed = d.Label
	}
}

// domainsKnown says which domains there are instead.
func (c *change) domainsKnown(modules []*fleet.Node, label string) string {
	var values, labels []string
	for _, n := range modules {
		for _, d := range c.Domains(n.Index) {
			labels = append(labels, d.Label)
			if d.Label == label {
				values = append(values, d.Value)
			}
		}
	}
	const shown = 10
	switch values, labels := distinct(values), distinct(labels); {
	case len(values) > shown:
		return fmt.Sprintf("there are %d, as %s", len(values), strings.Join(values[:shown], ", "))
	case len(values) > 0:
		return "there is " + strings.Join(values, ", ")
	case len(labels) > 0:
		return "failure domains are known by " + strings.Join(labels, ", ")
	}
	return "no failure domain is known: the devices' load series have none of the labels in failure_domains"
}

func distinct(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}

func (c *change) add(f *whatif.Faults, devices []whatif.Devices) {
	for i, d := range devices {
		at := fmt.Sprintf("devices[%d]", i)
		k := c.Find(d.Path)
		switch {
		case k < 0:
			f.Add(at+".path", "%q: %w", d.Path, ErrNoNode)
		case !c.nodes[k].Module:
			f.Add(at+".path", "want a module, got %q, which has %d below it", d.Path, len(c.under(f, at, d.Path)))
		case math.IsNaN(c.to[k].devices):
			f.Add(at, "%s has no device that reports now, so it is not known how many there would be", d.Path)
		case c.to[k].devices+float64(d.Change) < 0:
			f.Add(at+".change", "%s has %.0f devices, so %d cannot be taken", d.Path, c.to[k].devices, -d.Change)
		default:
			c.to[k].devices += float64(d.Change)
		}
	}
}

// judge makes the snapshot of the scenario. Modules that nothing concerns keep
// their numbers unless lead time or target changed for all.
func (c *change) judge() *Snapshot {
	after := *c.Snapshot
	after.Rows, after.Growth = slices.Clone(c.Rows), slices.Clone(c.Growth)
	after.model = c.model
	all := c.model.HorizonDays != c.Snapshot.model.HorizonDays || c.model.TargetLoad != c.Snapshot.model.TargetLoad
	for i, n := range c.nodes {
		if n.Module && (all || c.concerns(i)) {
			c.module(&after, n)
		}
	}
	c.groups(&after)
	return &after
}

// concerns tells whether the scenario changes a module's load or devices.
func (c *change) concerns(i int) bool {
	to := &c.to[i]
	return len(to.factors) > 0 || len(to.lost) > 0 || to.devices != float64(c.Growth[i].Devices) && to.devices == to.devices
}

// module judges a module with its load and its devices of the scenario.
func (c *change) module(after *Snapshot, n *fleet.Node) {
	i := n.Index
	to, r := &c.to[i], &after.Rows[i]
	had, spread := float64(c.Growth[i].Devices), 1.
	if to.devices > 0 && had > 0 {
		spread = had / to.devices
	}
	factors := append(slices.Clone(to.factors), growth.Factor{From: 1, To: growth.Forever, By: spread})
	k := *c.learned.of(i)
	if k.growth != nil {
		k.grow(c.model, k.growth.Times(factors...))
	}
	r.scale(factorOn(factors, 1))
	if to.devices > 0 || had != had {
		r.Devices = Number(to.devices)
	}
	r.leave(c.model.TargetLoad, c.left(i))
	of := calibrated{}
	g := &generation{day: c.learned.dayOr(c.today()), nodes: putAt[learned](nil, i, &k)}
	after.Growth[i] = c.model.growth(of, n, g, i, r)
	if to.devices <= 0 {
		after.nothingLeft(i, c.model.policyOf(n.Path))
	}
}

// dayOr is the day that was learned for.
func (g *generation) dayOr(day int) int {
	if g == nil {
		return day
	}
	return g.day
}

// factorOn is what the load of a day is multiplied by.
func factorOn(factors []growth.Factor, h int) float64 {
	by := 1.
	for _, f := range factors {
		if f.From <= h && h <= f.To {
			by *= f.By
		}
	}
	return by
}

// scale multiplies today's peak.
func (r *Row) scale(by float64) {
	for _, v := range []*Number{&r.PeakToday.Value, &r.PeakToday.Lower, &r.PeakToday.Upper} {
		*v *= Number(by)
	}
}

// left returns the failure domains that are there after those of the scenario are
// lost; nil if that is not known, as of domains by other labels.
func (c *change) left(i int) []rollup.Domain {
	to, have := &c.to[i], c.Domains(i)
	if have == nil || len(to.lost) == 0 {
		return have
	}
	left := []rollup.Domain{}
	for _, d := range have {
		if d.Label == c.removed && !slices.Contains(to.lost, d) {
			left = append(left, d)
		}
	}
	return left
}

// nothingLeft turns the line of a module, judged with the devices that it had,
// into that of one without any: all that is needed is to be requested.
func (s *Snapshot) nothingLeft(i int, p order.Policy) {
	r, g := &s.Rows[i], &s.Growth[i]
	unknown := Unknown()
	r.Devices, r.PeakToday.Value, r.PeakToday.Lower, r.PeakToday.Upper = 0, unknown, unknown, unknown
	r.Headroom, r.HeadroomAfterLoss, r.LargestDomain = Number(math.Inf(-1)), unknown, nil
	today := s.At.Format(time.DateOnly)
	g.Devices, g.PeakAtRisk, g.FullOn = 0, unknown, Dates{today, today, today}
	if g.DevicesNeeded.Known() {
		request := p.Request(int(g.DevicesNeeded), 0)
		g.DevicesToRequest = Number(request)
		g.Reason = fmt.Sprintf("no device is left; its work needs %.0f: request %d", g.DevicesNeeded, request)
	}
}

// groups sums up the nodes above the modules: their orders, and their peak in
// proportion to the work of their modules' peaks.
func (c *change) groups(after *Snapshot) {
	nodes := c.nodes
	work := make([][2]float64, len(nodes)) // devices × peak today, before and after
	devices := make([]float64, len(nodes))
	for i := len(nodes) - 1; i >= 0; i-- { // children come after their parents
		n := nodes[i]
		if n.Module {
			work[i] = [2]float64{c.work(i), c.work(i) * factorOn(c.to[i].factors, 1)}
			devices[i] = c.to[i].devices - float64(c.Growth[i].Devices)
		}
		if p := n.Parent; p >= 0 && work[i][0] == work[i][0] && devices[i] == devices[i] {
			work[p][0] += work[i][0]
			work[p][1] += work[i][1]
			devices[p] += devices[i]
		}
	}
	lost := c.lostBelow()
	for i, n := range nodes {
		if n.Module {
			continue
		}
		r, g := &after.Rows[i], &after.Growth[i]
		g.DevicesNeeded, g.DevicesToRequest, g.PooledNeeded, g.FullOn = Unknown(), Unknown(), Unknown(), Dates{}
		if had := float64(g.Devices); had+devices[i] != had || work[i][0] != work[i][1] {
			g.Devices += Number(devices[i])
			r.Devices = g.Devices
			r.scale(work[i][1] / work[i][0] * had / float64(g.Devices))
		}
		r.leave(c.model.TargetLoad, c.groupLeft(i, lost[i]))
	}
	sumOrders(nodes, after.Growth)
}

// groupLeft returns likewise the domains of a node above modules, of which so many
// devices are lost, by the domain's value.
func (c *change) groupLeft(i int, lost map[string]int) []rollup.Domain {
	have := c.Domains(i)
	if have == nil || c.removed == "" {
		return have
	}
	left := []rollup.Domain{}
	for _, d := range have {
		if d.Devices -= lost[d.Value]; d.Label == c.removed && d.Devices > 0 {
			left = append(left, d)
		}
	}
	slices.SortStableFunc(left, func(a, b rollup.Domain) int { return b.Devices - a.Devices })
	return left
}

// lostBelow are the devices that the nodes above modules lose, by the value of
// their domain.
func (c *change) lostBelow() []map[string]int {
	below := make([]map[string]int, len(c.nodes))
	for i := range c.nodes {
		for _, d := range c.to[i].lost {
			for p := c.nodes[i].Parent; p >= 0; p = c.nodes[p].Parent {
				if below[p] == nil {
					below[p] = map[string]int{}
				}
				below[p][d.Value] += d.Devices
			}
		}
	}
	return below
}

// work is how many devices' worth of work a module has at today's peak.
func (c *change) work(i int) float64 {
	return float64(c.Growth[i].Devices) * float64(c.Rows[i].PeakToday.Value)
}
