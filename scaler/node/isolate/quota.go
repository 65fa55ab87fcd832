package isolate

import (
	"math"
	"time"

	"headroom/scaler/node/wire"
)

// What the kernel accepts: a period of 1 ms to 1 s, and a quota of at least 1 ms.
const (
	minPeriod = time.Millisecond
	maxPeriod = time.Second
	minQuota  = time.Millisecond
	maxQuota  = 17592186044415 * time.Microsecond / 1000 // far more than any machine has
)

// The limits of a service that names none.
const (
	DefaultPercent = 40 // of all cores
	defaultPeriod  = maxPeriod
)

// Quota is how much CPU time a service may use in each period, and how much of what
// it left unused may be added to that. All are whole microseconds.
type Quota struct{ Quota, Period, Burst time.Duration }

// QuotaOf is period × CPUPercent/100 × cores, as the kernel accepts it: with the
// defaults, 1,000,000 µs × 40 % × cores. A burst is at most the quota.
func QuotaOf(l wire.Limits, cores float64) Quota {
	percent, period := l.CPUPercent, time.Duration(l.Period).Truncate(time.Microsecond)
	if !(percent > 0) {
		percent = DefaultPercent
	}
	if period <= 0 {
		period = defaultPeriod
	}
	period = min(max(period, minPeriod), maxPeriod)
	us := math.Round(float64(period.Microseconds()) * percent / 100 * cores)
	quota := maxQuota.Truncate(time.Microsecond)
	if us < float64(quota.Microseconds()) {
		quota = max(time.Duration(us)*time.Microsecond, minQuota)
	}
	burst := min(max(time.Duration(l.Burst).Truncate(time.Microsecond), 0), quota)
	return Quota{Quota: quota, Period: period, Burst: burst}
}
