package supervise

import "headroom/scaler/node/wire"

// rolling counts, by service, how many more workers may be taken down for a restart.
type rolling map[string]int

// roll lets at most the share MaxOut of a service's workers, and at least one, be away
// at once. Those that do not serve for another reason count too: so a specification
// that does not work takes down no more than that.
func (s *Supervisor) roll() rolling {
	all, out, share := map[string]int{}, map[string]int{}, map[string]float64{}
	for _, u := range s.units {
		if u.want == nil || u.state == wire.Refused {
			continue
		}
		service := u.want.Service
		all[service]++
		if u.state != wire.Ready {
			out[service]++
		}
		if u.spec != nil {
			share[service] = u.spec.Overload.MaxOut
		}
	}
	r := rolling{}
	for service, n := range all {
		r[service] = max(1, int(share[service]*float64(n))) - out[service]
	}
	return r
}

// may tells whether a worker may be taken down, and counts it. One that does not serve
// always may.
func (r rolling) may(u *unit) bool {
	if u.state != wire.Ready {
		return true
	}
	if r[u.want.Service] <= 0 {
		return false
	}
	r[u.want.Service]--
	return true
}
