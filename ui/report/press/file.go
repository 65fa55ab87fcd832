package press

import (
	"context"
	"encoding/json"
	"fmt"

	"headroom/storage/state"
	"headroom/ui/report"
)

// Report returns a month's report: the published one, else the draft of the running
// month.
func (p *Press) Report(ctx context.Context, month string) (*report.Report, error) {
	text, ok, err := p.Store.Load(ctx, month)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return p.Draft(ctx, month)
	}
	return read(month, text)
}

// File returns a month's report in one of [Formats] and of [report.Languages]: the
// published one byte by byte as it has always been, else the draft of the running month.
func (p *Press) File(ctx context.Context, month, format, language string) (*File, error) {
	f := formatOf(format)
	if f == nil && format != JSON {
		return nil, fmt.Errorf("there is no format %q of reports", format)
	}
	if f == nil || !f.spoken {
		language = ""
	}
	text, ok, err := p.Store.Load(ctx, month)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return p.draftFile(ctx, month, f, language)
	case f == nil:
		return newFile(month, nil, "", true, text), nil
	}
	kept, ok, err := p.Store.File(ctx, month, format, language)
	if err == nil && !ok {
		kept, err = p.keep(ctx, month, text, f, language)
	}
	if err != nil {
		return nil, err
	}
	return newFile(month, f, language, true, kept.Body), nil
}

func newFile(month string, f *format, language string, published bool, body []byte) *File {
	name, media := JSON, "application/json"
	if f != nil {
		name, media = f.name, f.media
	}
	return &File{fileName(month, name, language, !published), media, checksum(body), published, body}
}

func (p *Press) draftFile(ctx context.Context, month string, f *format, language string) (*File, error) {
	r, err := p.Draft(ctx, month)
	if err != nil {
		return nil, err
	}
	var body []byte
	if f == nil {
		body, err = json.Marshal(r)
	} else {
		body, err = f.render(r, language)
	}
	return newFile(month, f, language, false, body), err
}

// keep makes a file that a published report does not have: it was published when there
// was no such format, or in other languages. From then on it stays.
func (p *Press) keep(ctx context.Context, month string, text []byte, f *format, language string) (state.ReportFile, error) {
	none := state.ReportFile{}
	r, err := read(month, text)
	if err != nil {
		return none, err
	}
	r.Checksum = checksum(text)
	made, err := fileOf(r, f, language)
	if err != nil {
		return none, err
	}
	if err := p.Store.KeepFile(ctx, month, made, p.Now()); err != nil {
		return none, err
	}
	kept, _, err := p.Store.File(ctx, month, f.name, language) // somebody may have been first
	return kept, err
}

func fileOf(r *report.Report, f *format, language string) (state.ReportFile, error) {
	body, err := f.render(r, language)
	return state.ReportFile{Format: f.name, Language: language, SHA256: checksum(body), Size: int64(len(body)), Body: body}, err
}
