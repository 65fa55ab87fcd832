package analytics

import (
	"headroom/analytics/order"
	"headroom/analytics/season"
)

// Shortfall is a module that lacks devices, or will before what is ordered now is in
// service.
type Shortfall struct {
	ID               string `json:"id"`
	Delivery         string `json:"delivery"` // day on which what is ordered today is in service, YYYY-MM-DD
	FillsUp          bool   `json:"fills_up"` // likelier than not full by then
	DevicesToRequest Number `json:"devices_to_request"`
	ShortWithout     Number `json:"short_without"` // probability of being short until then, see [Snapshot.Shortage]
	ShortWith        Number `json:"short_with"`    // the same if what is to be requested were there
}

// Shortfalls returns the modules that pass the filter and fill up within their lead
// time or have devices to request; never nil.
func (s *Snapshot) Shortfalls(f Filter) []Shortfall {
	all := []Shortfall{}
	for i := range s.Growth {
		g := &s.Growth[i]
		fills := g.fillsUp()
		if !s.nodes[i].Module || !f.Match(s, &s.Rows[i]) || !fills && !(g.DevicesToRequest > 0) {
			continue
		}
		more := 0
		if g.DevicesToRequest.Known() {
			more = int(g.DevicesToRequest)
		}
		all = append(all, Shortfall{
			g.ID, g.delivery(), fills, g.DevicesToRequest, s.Shortage(g.ID, 0), s.Shortage(g.ID, more),
		})
	}
	return all
}

// delivery is the day after the lead time, which begins with today, the day after the one
// that the growth is as of; empty if it is unknown.
func (g *Growth) delivery() string {
	day, err := season.ParseDate(g.AsOf)
	if err != nil {
		return ""
	}
	return season.Date(day + 1 + g.HorizonDays)
}

// Shortage returns the probability that a module will be short of devices before what
// is ordered now is in service, if so many more of the type that is ordered were
// there: that its largest peak exceeds what they hold at the target load. It is
// unknown where the calibrated model cannot foretell the module.
func (s *Snapshot) Shortage(id string, more int) Number {
	s, err := s.Of(ModelCalibrated)
	if err != nil || s.model == nil {
		return Unknown()
	}
	i := s.Find(id)
	if i < 0 || !s.nodes[i].Module || !s.Growth[i].Devices.Known() {
		return Unknown()
	}
	k := s.learned.of(i)
	if k.growth == nil {
		return Unknown()
	}
	have, worth := int(s.Growth[i].Devices), s.model.policyOf(s.nodes[i].Path).Worth
	with := float64(have) + float64(more)*worth
	return Number(order.Shortage(with, have, s.model.HorizonDays, s.model.TargetLoad, k.growth.LargestQuantile))
}
