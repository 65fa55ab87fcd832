package report

import (
	"cmp"
	"math"

	"headroom/analytics"
)

// Prices are what devices cost.
type Prices struct {
	Currency string             // such as CNY
	ByType   map[string]float64 // of one device
	Other    float64            // of a device of any other type; 0: not priced
}

// of returns the price of a device of a type, unknown if it has none.
func (p *Prices) of(deviceType string) analytics.Number {
	if v, ok := p.ByType[deviceType]; ok {
		return analytics.Number(v)
	}
	if p.Other == 0 {
		return analytics.Unknown()
	}
	return analytics.Number(p.Other)
}

// any tells whether anything has a price.
func (p *Prices) any() bool { return len(p.ByType) > 0 || p.Other != 0 }

// cost is what a number of devices cost; unknown if either is.
func cost(devices, price analytics.Number) analytics.Number {
	if !devices.Known() || !price.Known() {
		return analytics.Unknown()
	}
	return money(devices * price)
}

// money is an amount to the millionth: 9 devices at 3.1 are 27.9, not the
// 27.900000000000002 of binary fractions. Whole amounts stay as they are, however large.
func money(n analytics.Number) analytics.Number {
	if v := float64(n); v != math.Trunc(v) {
		return analytics.Number(math.Round(v*1e6) / 1e6)
	}
	return n
}

// addCost adds what a line costs, or counts its devices as not priced.
func (t *Total) addCost(c, devices analytics.Number) {
	switch {
	case !c.Known() && devices.Known():
		t.Unpriced += devices
	case c.Known() && !t.Cost.Known():
		t.Cost = c
	case c.Known():
		t.Cost = money(t.Cost + c)
	}
}

// typeOf is of which type the devices of a line are: what is ordered, or what the
// module has, as far as that is known.
func (o *Options) typeOf(g *analytics.Growth) string {
	if g.DeviceType != "" || o.TypeOf == nil {
		return g.DeviceType
	}
	return cmp.Or(o.TypeOf(g.ID), g.DeviceType)
}
