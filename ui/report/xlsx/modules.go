package xlsx

import (
	"headroom/analytics"
	"headroom/internal/phrases"
	"headroom/ui/report"
)

// widths of columns by type, in characters.
var widths = map[report.Type]float64{report.Words: 18, report.Day: 12, report.Amount: 16}

func width(kind report.Type) float64 {
	if w := widths[kind]; w > 0 {
		return w
	}
	return 13
}

// modules has a line for each module: the flat table, and each module's sentence.
func (b *book) modules() error {
	fields := b.Fields()
	columns := make([]column, 0, len(fields)+1)
	for i, f := range fields {
		c := column{b.head(f.Name), f.Type, width(f.Type)}
		if i < len(b.Levels) {
			c.head = report.LevelName(f.Name, b.language)
		}
		switch f.Name {
		case "reason":
			c.width = 40
		case "id":
			c.width = 32
		}
		columns = append(columns, c)
	}
	columns = append(columns, column{b.words.sentence, report.Words, 80})
	cells := make([]any, len(columns))
	return b.table(b.words.modules, "Modules", columns, func(add func(...any) error) error {
		return b.Records(func(m *report.Record) error {
			for i, f := range fields {
				cells[i] = f.Of(m)
				if s, ok := cells[i].(string); ok {
					cells[i] = b.said(f.Name, s)
				}
			}
			cells[len(fields)] = ""
			if m.State == analytics.OK {
				cells[len(fields)] = report.Sentence(m.Line, b.language)
			}
			if m.DevicesToRequest > 0 {
				b.asks++
			}
			return add(cells...)
		})
	})
}

// said is a text of the flat table in the workbook's language.
func (b *book) said(field, text string) string {
	switch field {
	case "at_risk", "state":
		return b.words.say(text)
	case "reason":
		return phrases.In(b.language, text)
	}
	return text
}

// head is what a column of the flat table behind those of the levels is called, with
// its unit.
func (b *book) head(field string) string {
	if field == "cost" {
		return b.costHead()
	}
	return b.words.heads[field]
}

func (b *book) costHead() string {
	if b.Currency == "" {
		return b.words.heads["cost"]
	}
	return b.words.heads["cost"] + " (" + b.Currency + ")"
}
