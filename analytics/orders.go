package analytics

import (
	"fmt"

	"headroom/analytics/growth"
	"headroom/analytics/order"
	"headroom/storage/fleet"
)

// orderLine is the arithmetic of a module's order.
func (g *Growth) orderLine(l growth.Line) order.Line {
	return order.Line{
		Devices: int(g.Devices), Now: l.Intercept, Slope: l.Slope, R2: l.R2, Days: l.N, Horizon: g.HorizonDays,
		Peak: float64(g.PeakAtHorizon.Value), Lower: float64(g.PeakAtHorizon.Lower), Upper: float64(g.PeakAtHorizon.Upper),
		Target: float64(g.TargetLoad),
	}
}

// order sets what a module needs; a module whose devices are not known now
// cannot be ordered for, and says so.
func (g *Growth) order(l growth.Line) {
	if !g.Devices.Known() {
		g.State, g.Reason = Stale, "no device reports now, so there is nothing to scale from"
		return
	}
	line := g.orderLine(l)
	g.DevicesNeeded, g.DevicesToRequest = Number(line.Needed()), Number(line.Request())
	g.Reason = line.Sentence()
}

// sumOrders adds the modules' orders up to the nodes above them. What a node
// needs is the sum over its modules, since machines cannot be shared.
func sumOrders(nodes []*fleet.Node, lines []Growth) {
	for i := len(nodes) - 1; i >= 0; i-- { // children come after their parents
		if p := nodes[i].Parent; p >= 0 && lines[i].DevicesNeeded.Known() {
			up := &lines[p]
			up.DevicesNeeded = lines[i].DevicesNeeded.plus(up.DevicesNeeded)
			up.DevicesToRequest = lines[i].DevicesToRequest.plus(up.DevicesToRequest)
		}
	}
	for i, n := range nodes {
		if g := &lines[i]; !n.Module && g.State == OK && g.DevicesNeeded.Known() {
			g.Reason = fmt.Sprintf("sum over its modules: %.0f devices needed, request %.0f", g.DevicesNeeded, g.DevicesToRequest)
		}
	}
}

// plus adds a known number to one that may be unknown.
func (n Number) plus(m Number) Number {
	if !m.Known() {
		return n
	}
	return n + m
}
