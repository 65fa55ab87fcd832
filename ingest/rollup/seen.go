package rollup

import (
	"time"

	"headroom/storage/fleet"
)

// Device is a device as one module knows it.
type Device struct {
	Module *fleet.Node
	Name   string
	At     []DomainValue // where it stands; must not be changed
	Last   time.Time     // of its newest sample
	Silent bool          // its last value does not count any more
	Load   float64       // of the newest closed minute, in percent; of a silent one the last that it told
}

// DomainValue is where a device stands: in the failure domain Value of those that
// Label tells apart.
type DomainValue struct{ Label, Value string }

// EachDevice calls f with every device that has reported within a day, once for
// each module that it works for, as of the newest closed minute. f must not call
// the rollup.
func (r *Rollup) EachDevice(f func(Device)) { r.DevicesUnder(nil, f) }

// DevicesUnder likewise calls f with the devices of the modules at a path or below it.
func (r *Rollup) DevicesUnder(path fleet.Path, f func(Device)) {
	r.mu.Lock()
	modules := r.modules[:len(r.modules):len(r.modules)]
	r.mu.Unlock()
	at := map[*place][]DomainValue{}
	for _, m := range modules {
		if m != nil && m.node.Path.Under(path) {
			r.eachOf(m, at, f)
		}
	}
}

func (r *Rollup) eachOf(m *module, at map[*place][]DomainValue, f func(Device)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, d := range m.devices {
		if d.last == 0 {
			continue
		}
		if _, ok := at[d.place]; !ok {
			at[d.place] = r.places.values(d.place)
		}
		load, alive := d.at(r.Closed(), r.opts.DeviceTimeout, r.opts.LoadAggregate)
		f(Device{Module: m.node, Name: name, At: at[d.place], Last: time.UnixMilli(d.last), Silent: !alive, Load: load})
	}
}

func (p *places) values(at *place) (all []DomainValue) {
	for i, value := range at.values {
		if value != "" {
			all = append(all, DomainValue{p.labels[i], value})
		}
	}
	return all
}
