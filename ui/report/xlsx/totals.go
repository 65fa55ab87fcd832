package xlsx

import (
	"headroom/internal/phrases"
	"headroom/ui/report"
)

// totals adds a sheet for each way of adding up.
func (b *book) totals() error {
	w := b.words
	for _, sheet := range []struct {
		name, table, head string
		all               []report.Total
	}{
		{w.byTop, "Business", report.LevelName(b.Levels[0], b.language), b.ByTop},
		{w.bySite, "Sites", w.site, b.BySite},
		{w.byType, "Types", w.heads["type"], b.ByType},
	} {
		if len(sheet.all) == 0 {
			continue
		}
		columns := []column{
			{sheet.head, report.Words, 32}, {w.count, report.Count, 11}, {w.heads["devices"], report.Count, 11}, {w.heads["devices_needed"], report.Count, 11},
			{w.heads["devices_to_request"], report.Count, 11}, {b.costHead(), report.Amount, 16}, {w.unpriced, report.Count, 14}, {w.riskCount, report.Count, 11},
		}
		err := b.table(sheet.name, sheet.table, columns, func(add func(...any) error) error {
			for _, t := range sheet.all {
				name := t.Name
				if name == "" {
					name = w.unnamed
				}
				if err := add(name, t.Modules, t.Devices, t.DevicesNeeded, t.DevicesToRequest, t.Cost, t.Unpriced, t.AtRisk); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// leftOut lists the modules about which nothing can be said.
func (b *book) leftOut() error {
	columns := []column{{b.words.heads["id"], report.Words, 48}, {b.words.heads["state"], report.Words, 14}, {b.words.heads["devices"], report.Count, 11}, {b.words.heads["reason"], report.Words, 80}}
	return b.table(b.words.leftOut, "LeftOut", columns, func(add func(...any) error) error {
		for _, l := range b.Left {
			if err := add(l.ID, b.words.say(string(l.State)), l.Devices, phrases.In(b.language, l.Reason)); err != nil {
				return err
			}
		}
		return nil
	})
}
