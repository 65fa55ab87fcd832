package press

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"headroom/analytics"
	"headroom/storage/state"
	"headroom/ui/report"
	"headroom/ui/report/pdf"
)

// Summary is what a list shows of a report.
type Summary struct {
	SnapshotAt  time.Time    `json:"snapshot_at"`
	HorizonDays int          `json:"horizon_days"`
	Total       report.Total `json:"total"`
	Currency    string       `json:"currency"`
	LeftOut     int          `json:"left_out"`
	Asking      int          `json:"asking"` // modules that ask for devices

	// Difference is that of the devices to request to the order of the month Than:
	// the month before of a published report, the last published one of a draft. It is
	// unknown, and Than empty, without one.
	Difference analytics.Number `json:"difference"`
	Than       string           `json:"difference_than"`
}

func summaryOf(r *report.Report) Summary {
	s := Summary{r.SnapshotAt, r.HorizonDays, r.Total, r.Currency, len(r.Left), 0, analytics.Unknown(), ""}
	for i := range r.Lines {
		if r.Lines[i].DevicesToRequest > 0 {
			s.Asking++
		}
	}
	if r.Before != nil {
		s.Difference, s.Than = r.Before.DevicesToRequest, r.Before.Month
	}
	return s
}

// Publish makes the draft of the running month final, with its files in all formats
// and the configured languages, and returns its JSON. Who is empty when nobody had to
// log in. The error is [ErrPublished] if the month has a published report, and [ErrEmpty]
// if nothing can be said of any module.
func (p *Press) Publish(ctx context.Context, month, who string) ([]byte, error) {
	if err := p.unpublished(ctx, month); err != nil {
		return nil, err
	}
	r, err := p.Draft(ctx, month)
	if err != nil {
		return nil, err
	}
	if len(r.Lines) == 0 { // as after a start: what is published stays for good
		return nil, ErrEmpty
	}
	r.Draft = false
	out, err := p.publication(r, who)
	if err != nil {
		return nil, err
	}
	err = p.Store.Publish(ctx, out)
	if errors.Is(err, state.ErrPublished) { // by someone else, just now
		return nil, alreadyPublished(month)
	}
	if err != nil {
		return nil, err
	}
	p.metrics.publications.WithLabelValues("published").Inc()
	p.kick()
	return out.JSON, nil
}

func (p *Press) unpublished(ctx context.Context, month string) error {
	_, ok, err := p.Store.Load(ctx, month)
	if ok {
		return alreadyPublished(month)
	}
	return err
}

func alreadyPublished(month string) error {
	return fmt.Errorf("the report of %s is %w", month, ErrPublished)
}

// publication is all that is kept of a report that is final.
func (p *Press) publication(r *report.Report, who string) (out state.Publication, err error) {
	out = state.Publication{Month: r.Month, Who: who, At: p.Now(), Ways: p.Ways()}
	if out.JSON, err = json.Marshal(r); err != nil {
		return out, err
	}
	out.SHA256 = checksum(out.JSON)
	if out.Summary, err = json.Marshal(summaryOf(r)); err != nil {
		return out, err
	}
	final, err := read(r.Month, out.JSON) // the files are of what is kept, also later
	if err != nil {
		return out, err
	}
	final.Checksum = out.SHA256
	for i := range formats {
		for _, language := range p.languages(&formats[i]) {
			f, err := fileOf(final, &formats[i], language)
			if errors.Is(err, pdf.ErrNotBuilt) {
				p.Logger.Warn("the report is published without this format", "month", r.Month, "format", formats[i].name, "err", err)
				break
			}
			if err != nil {
				return out, err
			}
			out.Files = append(out.Files, f)
		}
	}
	return out, nil
}

// languages are those that a format is kept in.
func (p *Press) languages(f *format) []string {
	if !f.spoken {
		return []string{""}
	}
	return p.settings.Load().Languages
}
