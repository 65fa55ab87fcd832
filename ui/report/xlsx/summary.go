package xlsx

import (
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"

	"headroom/analytics"
	"headroom/ui/report"
)

// summary is the first sheet: what the report is, its key figures, and a chart.
func (b *book) summary() error {
	w, t := b.words, &b.Total
	if err := b.file.SetSheetName("Sheet1", w.summary); err != nil {
		return err
	}
	d := b.Document(b.language)
	type line struct {
		label string
		kind  report.Type
		value any
	}
	lines := []line{
		{w.count, report.Count, t.Modules}, {w.heads["devices"], report.Count, t.Devices}, {w.heads["devices_needed"], report.Count, t.DevicesNeeded},
		{w.heads["devices_to_request"], report.Count, t.DevicesToRequest}, {b.costHead(), report.Amount, t.Cost}, {w.unpriced, report.Count, t.Unpriced},
		{w.riskCount, report.Count, t.AtRisk}, {w.leftOut, report.Count, analytics.Number(len(b.Left))}, {w.arrives, report.Day, b.Arrives},
	}
	if b.Before != nil {
		lines = append(lines, line{w.difference + " " + b.Before.Month, report.Count, b.Before.DevicesToRequest})
	}
	set := func(cell string, style int, v any) error {
		if err := b.file.SetCellValue(w.summary, cell, v); err != nil {
			return err
		}
		return b.file.SetCellStyle(w.summary, cell, cell, style)
	}
	err := set("A1", b.title, d.Title+" "+d.Month)
	for i, text := range []string{d.Stamp, d.Basis, d.Headline, d.Checksum} {
		if err == nil && text != "" {
			err = b.file.SetCellValue(w.summary, "A"+strconv.Itoa(2+i), text)
		}
	}
	for i, l := range lines {
		row := strconv.Itoa(7 + i)
		if err == nil {
			err = set("A"+row, b.bold, l.label)
		}
		if c := b.cell(l.kind, l.value); err == nil {
			err = set("B"+row, c.StyleID, c.Value)
		}
	}
	if err == nil {
		err = b.file.SetColWidth(w.summary, "A", "B", 28)
	}
	if err == nil {
		err = b.onOnePage(w.summary)
	}
	return err
}

// method says where the numbers come from.
func (b *book) method() error {
	if _, err := b.file.NewSheet(b.words.method); err != nil {
		return err
	}
	out, err := b.file.NewStreamWriter(b.words.method)
	if err == nil {
		err = out.SetColWidth(1, 1, 120)
	}
	for i, text := range b.methodIn() {
		if err == nil {
			err = out.SetRow("A"+strconv.Itoa(i+1), []any{excelize.Cell{StyleID: b.wrapped, Value: cut(text)}})
		}
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// methodIn is the method in the workbook's language, as the document has it.
func (b *book) methodIn() []string {
	sections := b.Document(b.language).Sections
	i := slices.IndexFunc(sections, func(s report.Section) bool { return s.ID == "method" })
	return sections[i].List
}
