package analytics

import "headroom/analytics/order"

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
