package press

import (
	"context"
	"encoding/json"
	"time"

	"headroom/analytics"
	"headroom/storage/state"
	"headroom/ui/report"
)

// Month is a month that has a report.
type Month struct {
	Month     string    `json:"month"` // YYYY-MM
	Published bool      `json:"published"`
	At        time.Time `json:"published_at,omitzero"`
	Who       string    `json:"who"`             // published it; empty: nobody had to log in
	SHA256    string    `json:"sha256"`          // of the published JSON; empty: a draft
	Files     []Kept    `json:"files"`           // that are kept of a published one besides its JSON
	Error     string    `json:"error,omitempty"` // why it cannot be read

	Deliveries map[string]int `json:"deliveries"` // of a published one, how many are in each state
	Summary
}

// Kept is a file of a published report.
type Kept struct {
	Format   string `json:"format"`
	Language string `json:"language"` // empty: the format has none
	SHA256   string `json:"sha256"`
	Bytes    int64  `json:"bytes"`
}

// List returns the months that have a report, the newest first: the published ones and,
// if it is none of them, the running month with its draft.
func (p *Press) List(ctx context.Context) ([]Month, error) {
	published, err := p.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := p.delivered(ctx)
	if err != nil {
		return nil, err
	}
	all := p.draftMonth(published)
	for i := range published {
		m, err := p.monthOf(ctx, &published[i])
		if err != nil {
			return nil, err
		}
		for state, n := range counts[m.Month] {
			m.Deliveries[state] = n
		}
		all = append(all, m)
	}
	compareDraft(all)
	return all, nil
}

// compareDraft adds the difference of the draft, which is the first if there is one, to
// the last report that was published and can be read.
func compareDraft(all []Month) {
	if len(all) == 0 || all[0].Published {
		return
	}
	for i := range all[1:] {
		if last := &all[1+i]; last.Error == "" {
			all[0].Difference, all[0].Than = all[0].Total.DevicesToRequest-last.Total.DevicesToRequest, last.Month
			return
		}
	}
}

// delivered counts the deliveries of each month by their states.
func (p *Press) delivered(ctx context.Context) (map[string]map[string]int, error) {
	all, err := p.Store.Deliveries(ctx, "")
	counts := map[string]map[string]int{}
	for _, d := range all {
		if counts[d.Month] == nil {
			counts[d.Month] = map[string]int{}
		}
		counts[d.Month][d.State]++
	}
	return counts, err
}

func noDeliveries() map[string]int {
	return map[string]int{state.DeliveryWaiting: 0, state.DeliveryDelivered: 0, state.DeliveryPartly: 0, state.DeliveryGivenUp: 0}
}

// draftMonth is the running month, unless it is published or has no numbers yet.
func (p *Press) draftMonth(published []state.PublishedReport) []Month {
	all := []Month{}
	snap := p.Capacity.Snapshot()
	if snap == nil || snap.StandIn() {
		return all
	}
	month := snap.At.Format("2006-01")
	for i := range published {
		if published[i].Month == month {
			return all
		}
	}
	r := p.outline(snap, month, p.settings.Load())
	return append(all, Month{Month: month, Files: []Kept{}, Deliveries: noDeliveries(), Summary: summaryOf(&r)})
}

func (p *Press) monthOf(ctx context.Context, r *state.PublishedReport) (Month, error) {
	m := Month{Month: r.Month, Published: true, At: r.At.In(p.Location), Who: r.Who, SHA256: r.SHA256, Deliveries: noDeliveries()}
	p.summarize(ctx, &m, r.Summary)
	var err error
	m.Files, err = p.kept(ctx, r.Month)
	return m, err
}

// kept lists the files of a published report.
func (p *Press) kept(ctx context.Context, month string) ([]Kept, error) {
	files, err := p.Store.Files(ctx, month)
	all := []Kept{}
	for _, f := range files {
		all = append(all, Kept{f.Format, f.Language, f.SHA256, f.Size})
	}
	return all, err
}

// summarize reads what is shown of a published report; of one that was published
// before there were summaries, or whose summary is damaged, it is made of the report
// itself.
func (p *Press) summarize(ctx context.Context, m *Month, text []byte) {
	if len(text) > 0 && json.Unmarshal(text, &m.Summary) == nil {
		return
	}
	body, _, err := p.Store.Load(ctx, m.Month)
	var r *report.Report
	if err == nil {
		r, err = read(m.Month, body)
	}
	if err != nil { // one that is damaged must not hide the others
		m.Error, m.Summary = err.Error(), unknownSummary()
		return
	}
	m.Summary = summaryOf(r)
}

func unknownSummary() Summary {
	nan := analytics.Unknown()
	return Summary{Difference: nan, Total: report.Total{
		Devices: nan, DevicesNeeded: nan, DevicesToRequest: nan, Cost: nan, Unpriced: nan, AtRisk: nan,
	}}
}
