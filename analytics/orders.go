package analytics

import (
	"fmt"
	"math"

	"headroom/analytics/growth"
	"headroom/analytics/order"
	"headroom/analytics/season"
	"headroom/storage/fleet"
)

// orderLine is the arithmetic of a module's order by the classic model.
func (g *Growth) orderLine(l growth.Line) order.Line {
	return order.Line{
		Devices: int(g.Devices), Now: l.Intercept, Slope: l.Slope, R2: l.R2, Days: l.N, Horizon: g.HorizonDays,
		Peak: float64(g.PeakAtHorizon.Value), Lower: float64(g.PeakAtHorizon.Lower), Upper: float64(g.PeakAtHorizon.Upper),
		Target: float64(g.TargetLoad),
	}
}

func (classic) order(g *Growth, k *learned, _ *Model) order.Demand {
	line := g.orderLine(k.line)
	g.DevicesNeeded, g.DevicesToRequest = Number(line.Needed()), Number(line.Request())
	g.Reason = line.Sentence()
	return order.Demand{}
}

func (calibrated) order(g *Growth, k *learned, m *Model) order.Demand {
	asOf, err := season.ParseDate(g.AsOf)
	if err != nil {
		return order.Demand{}
	}
	devices, policy := int(g.Devices), m.policyOf(g.Path)
	plan := order.NewPlan(policy, devices, m.HorizonDays, m.TargetLoad, k.growth.LargestQuantile)
	if math.IsNaN(plan.Peak) || math.IsInf(plan.Peak, 0) {
		g.State, g.Reason = Learning, "the largest peak of the lead time cannot be foretold"
		return order.Demand{}
	}
	if e := m.highest(g.Path, asOf, m.HorizonDays); e != nil && plan.Peak == k.growth.LargestBetween(e.From-asOf, min(e.To-asOf, m.HorizonDays), plan.Service()) {
		plan.Event, plan.Uplift = e.Name, e.Uplift
	}
	g.DevicesNeeded, g.DevicesToRequest = Number(plan.Needed()), Number(plan.Request())
	g.Risk, g.PeakAtRisk = Number(plan.Risk()), Number(plan.Peak)
	g.Event, g.Spares = plan.Event, Number(plan.Spares)
	g.Reason = plan.Sentence()
	g.DeviceType = policy.Type
	even := policy
	even.ShortageCost = even.IdleCost // as likely too few as too many
	middle := order.NewPlan(even, devices, m.HorizonDays, m.TargetLoad, k.growth.LargestQuantile).Peak
	work := float64(devices) / m.TargetLoad
	return order.NewDemand(work*middle, work*plan.Peak, k.growth.Residuals())
}

// order sets what a module needs; a module whose devices are not known now
// cannot be ordered for, and says so.
func (g *Growth) order(of kind, k *learned, m *Model) {
	if !g.Devices.Known() {
		g.State, g.Reason = Stale, "no device reports now, so there is nothing to scale from"
		return
	}
	g.demand = of.order(g, k, m)
}

// sumOrders adds the modules' orders up to the nodes above them. What a node
// needs is the sum over its modules, since machines cannot be shared; beside it
// stands what would suffice if they could be.
func sumOrders(nodes []*fleet.Node, lines []Growth) {
	pools := make([]order.Demand, len(lines))
	for i := len(nodes) - 1; i >= 0; i-- { // children come after their parents
		if p := nodes[i].Parent; p >= 0 && lines[i].DevicesNeeded.Known() {
			up := &lines[p]
			up.DevicesNeeded = lines[i].DevicesNeeded.plus(up.DevicesNeeded)
			up.DevicesToRequest = lines[i].DevicesToRequest.plus(up.DevicesToRequest)
			up.Risk = lines[i].Risk
			if nodes[i].Module {
				pools[i] = lines[i].demand
			}
			pools[p].Add(pools[i])
		}
	}
	for i, n := range nodes {
		if g := &lines[i]; !n.Module && g.State == OK && g.DevicesNeeded.Known() {
			g.Reason = fmt.Sprintf("sum over its modules: %.0f devices needed, request %.0f", g.DevicesNeeded, g.DevicesToRequest)
			if g.Risk.Known() {
				g.PooledNeeded = Number(math.Ceil(pools[i].Most - 1e-9))
				g.Reason += fmt.Sprintf("; if they could share them, %.0f would do at the same risk, before minimums and spares", g.PooledNeeded)
			}
		}
	}
}

// plus adds up what is known of two numbers; unknown if neither is.
func (n Number) plus(m Number) Number {
	switch {
	case !m.Known():
		return n
	case !n.Known():
		return m
	}
	return n + m
}
