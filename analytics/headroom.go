package analytics

import (
	"math"

	"headroom/ingest/rollup"
)

// Headroom is the part of the target load, in percent, that a peak leaves free:
// 100·(1 − peak ÷ target). Below 0 the devices are fuller than they should be.
// NaN if the peak is unknown, -Inf if it is infinite.
func Headroom(peak, target float64) float64 { return 100 * (target - peak) / target }

// AfterLoss is the load of each device that is left when lost of devices fail
// and the others do their work: load·devices ÷ (devices − lost). +Inf if none is
// left; NaN if a number is unknown.
func AfterLoss(load, devices, lost float64) float64 {
	switch {
	case math.IsNaN(load) || math.IsNaN(devices):
		return math.NaN()
	case lost >= devices:
		return math.Inf(1)
	}
	return load * devices / (devices - lost)
}

// SingleDevice is the label of the domain of devices that share nothing: each
// fails alone.
const SingleDevice = "device"

// LargestDomain is the failure domain whose loss is asked of a node: of the
// domains that leave some of the devices, the one with the most. If each takes
// all of them, so does the loss; without any domain a single device fails. nil
// if the domains or the devices are unknown.
func LargestDomain(ds []rollup.Domain, devices float64) *rollup.Domain {
	if ds == nil || !(devices > 0) {
		return nil
	}
	for i := range ds { // the largest first
		if float64(ds[i].Devices) < devices {
			return &ds[i]
		}
	}
	if len(ds) > 0 {
		return &ds[0]
	}
	return &rollup.Domain{Label: SingleDevice, Devices: 1}
}

// leave sets what is free at today's expected peak, with all devices and after
// a loss.
func (r *Row) leave(target float64, ds []rollup.Domain) {
	peak := float64(r.PeakToday.Value)
	r.Headroom, r.HeadroomAfterLoss = Number(Headroom(peak, target)), Unknown()
	if r.LargestDomain = LargestDomain(ds, float64(r.Devices)); r.LargestDomain != nil {
		left := AfterLoss(peak, float64(r.Devices), float64(r.LargestDomain.Devices))
		r.HeadroomAfterLoss = Number(Headroom(left, target))
	}
}
