package analytics

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"headroom/analytics/whatif"
	"headroom/storage/fleet"
)

// WhatIf is how a scenario differs from what is expected. All numbers are those of
// the calibrated model.
type WhatIf struct {
	At       time.Time       `json:"at"` // the minute whose numbers are the ones before
	Scenario whatif.Scenario `json:"scenario"`
	Differs  []string        `json:"differs"` // the scenario in words

	Modules int         `json:"modules"` // that can be judged
	Unknown int         `json:"unknown"` // modules that cannot: too little history, or no device that reports
	Before  WhatIfTotal `json:"before"`
	After   WhatIfTotal `json:"after"`

	// Rows are the nodes for which something changes, modules and the nodes above
	// them, those that need the most further devices first.
	Rows []WhatIfRow `json:"rows"`
}

// WhatIfTotal sums up the modules that can be judged.
type WhatIfTotal struct {
	LeadDays         int    `json:"lead_days"`
	Devices          Number `json:"devices"`
	DevicesNeeded    Number `json:"devices_needed"`
	DevicesToRequest Number `json:"devices_to_request"`
	FillUp           int    `json:"fill_up"`        // modules that are full before what is requested now is in service
	OverfullToday    int    `json:"overfull_today"` // modules whose peak today is above the target load
}

// WhatIfRow is one node before and after.
type WhatIfRow struct {
	ID    string     `json:"id"`
	Path  fleet.Path `json:"path"`
	Level string     `json:"level"`

	Before WhatIfSide `json:"before"`
	After  WhatIfSide `json:"after"`

	FillsUp bool   `json:"fills_up"` // a module that is full before the next delivery only in the scenario
	Reason  string `json:"reason"`   // the order after, in a sentence
}

// WhatIfSide are a node's numbers on one side. Those above modules have no
// forecast of their own in a scenario: FullOn is empty, and their peak is scaled by
// their modules' work.
type WhatIfSide struct {
	Devices           Number `json:"devices"`
	PeakToday         Number `json:"peak_today"`
	Headroom          Number `json:"headroom"`            // percent of the target load that is free at today's peak
	HeadroomAfterLoss Number `json:"headroom_after_loss"` // once the largest failure domain that is left is lost, too
	FullOn            Dates  `json:"full_on"`
	PeakAtRisk        Number `json:"peak_at_risk"`
	DevicesNeeded     Number `json:"devices_needed"`
	DevicesToRequest  Number `json:"devices_to_request"`
	PooledNeeded      Number `json:"pooled_needed"`
}

// WhatIf judges the newest minute as it would be in a scenario, see
// [Snapshot.WhatIf]; the error is [ErrNoSnapshot] before the first.
func (l *Loop) WhatIf(sc whatif.Scenario) (*WhatIf, error) {
	s := l.Snapshot()
	if s == nil {
		return nil, ErrNoSnapshot
	}
	return s.WhatIf(sc)
}

// WhatIf judges the snapshot's minute as it would be in a scenario. The error is
// a *[whatif.Faults] with everything that the fleet does not have, or [ErrReading].
func (s *Snapshot) WhatIf(sc whatif.Scenario) (*WhatIf, error) {
	if err := sc.Validate(); err != nil {
		return nil, err
	}
	if s.learned != nil && s.learned.quick {
		return nil, ErrReading
	}
	s, err := s.Of(ModelCalibrated)
	if err != nil {
		return nil, err
	}
	c, err := s.change(&sc)
	if err != nil {
		return nil, err
	}
	after := c.judge()
	out := &WhatIf{
		At: s.At, Scenario: sc, Differs: sc.Sentences(), Rows: []WhatIfRow{},
		Before: WhatIfTotal{LeadDays: s.model.HorizonDays}, After: WhatIfTotal{LeadDays: c.model.HorizonDays},
	}
	for i, n := range s.nodes {
		out.compare(n, s, after)
		before, now := side(&s.Rows[i], &s.Growth[i]), side(&after.Rows[i], &after.Growth[i])
		if !n.Module { // which have no dates in a scenario
			before.FullOn, now.FullOn = Dates{}, Dates{}
		}
		if before.same(&now) {
			continue
		}
		g := &after.Growth[i]
		out.Rows = append(out.Rows, WhatIfRow{
			ID: n.ID, Path: n.Path, Level: s.Levels[n.Level()], Before: before, After: now, Reason: g.Reason,
			FillsUp: n.Module && g.fillsUp() && !s.Growth[i].fillsUp(),
		})
	}
	slices.SortStableFunc(out.Rows, func(a, b WhatIfRow) int {
		return cmp.Or(cmp.Compare(b.more(), a.more()), strings.Compare(a.ID, b.ID))
	})
	return out, nil
}

// more is how many further devices are to be requested.
func (r *WhatIfRow) more() Number {
	if d := r.After.DevicesToRequest - r.Before.DevicesToRequest; d.Known() {
		return d
	}
	return 0
}

func side(r *Row, g *Growth) WhatIfSide {
	return WhatIfSide{
		Devices: g.Devices, PeakToday: r.PeakToday.Value, Headroom: r.Headroom, HeadroomAfterLoss: r.HeadroomAfterLoss,
		FullOn: g.FullOn, PeakAtRisk: g.PeakAtRisk,
		DevicesNeeded: g.DevicesNeeded, DevicesToRequest: g.DevicesToRequest, PooledNeeded: g.PooledNeeded,
	}
}

// same tells whether nothing differs that is shown.
func (a *WhatIfSide) same(b *WhatIfSide) bool {
	x, y := a.numbers(), b.numbers()
	return a.FullOn == b.FullOn && slices.EqualFunc(x[:], y[:], func(p, q Number) bool {
		return p == q || !p.Known() && !q.Known()
	})
}

func (a *WhatIfSide) numbers() [8]Number {
	return [...]Number{a.Devices, a.PeakToday, a.Headroom, a.HeadroomAfterLoss, a.PeakAtRisk, a.DevicesNeeded, a.DevicesToRequest, a.PooledNeeded}
}

// compare adds a module to both totals if it can be judged on both sides.
func (w *WhatIf) compare(n *fleet.Node, before, after *Snapshot) {
	if !n.Module {
		return
	}
	i := n.Index
	if !before.Growth[i].DevicesNeeded.Known() || !after.Growth[i].DevicesNeeded.Known() {
		w.Unknown++
		return
	}
	w.Modules++
	w.Before.add(&before.Rows[i], &before.Growth[i])
	w.After.add(&after.Rows[i], &after.Growth[i])
}

func (t *WhatIfTotal) add(r *Row, g *Growth) {
	t.Devices += g.Devices
	t.DevicesNeeded += g.DevicesNeeded
	t.DevicesToRequest += g.DevicesToRequest
	if g.fillsUp() {
		t.FillUp++
	}
	if r.Headroom < 0 {
		t.OverfullToday++
	}
}

// fillsUp tells whether a node is full before the end of the lead time, more likely
// than not.
func (g *Growth) fillsUp() bool {
	days := g.daysTo(g.FullOn.Value)
	return days == days && int(days) <= g.HorizonDays
}
