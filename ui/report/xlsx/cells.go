package xlsx

import (
	"math"
	"time"

	"github.com/xuri/excelize/v2"

	"headroom/analytics"
	"headroom/ui/report"
)

// shown is how numbers of a type look.
var shown = map[report.Type]string{
	report.Day: "yyyy-mm-dd", report.Count: "#,##0", report.Percent: "#,##0.0", report.Decimals: "#,##0.000", report.Ratio: "0.0%", report.Amount: "#,##0.00",
}

// font is the one that cells without a style have.
const font = "Calibri"

func (b *book) makeStyles() (err error) {
	b.styles = map[report.Type]int{}
	for kind := report.Day; kind <= report.Amount; kind++ {
		format := shown[kind]
		if kind == report.Amount && b.wholeAmounts() {
			format = shown[report.Count]
		}
		if b.styles[kind], err = b.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return err
		}
	}
	wrapped := &excelize.Alignment{Vertical: "top", WrapText: true}
	for _, style := range []struct {
		id *int
		of *excelize.Style
	}{
		{&b.bold, &excelize.Style{Font: &excelize.Font{Bold: true, Family: font, Size: 11}, Alignment: wrapped}},
		{&b.title, &excelize.Style{Font: &excelize.Font{Bold: true, Family: font, Size: 16}}},
		{&b.wrapped, &excelize.Style{Alignment: wrapped}},
	} {
		if *style.id, err = b.file.NewStyle(style.of); err != nil {
			return err
		}
	}
	return nil
}

// wholeAmounts tells whether no cost has cents.
func (b *book) wholeAmounts() bool {
	whole := func(n analytics.Number) bool { return !n.Known() || math.Trunc(float64(n)) == float64(n) }
	for i := range b.Lines {
		if !whole(b.Lines[i].Cost) {
			return false
		}
	}
	return whole(b.Total.Cost)
}

// cell is a value with the style of its type; what is unknown is empty. A text is
// always one, also if it looks like a formula.
func (b *book) cell(kind report.Type, v any) excelize.Cell {
	c := excelize.Cell{StyleID: b.styles[kind]}
	switch v := v.(type) {
	case string:
		c.Value = b.text(kind, v)
	case int:
		if v != 0 {
			c.Value = v
		}
	case analytics.Number:
		if v.Known() {
			c.Value = float64(v)
		}
	default:
		panic("BUG: a cell of another type")
	}
	return c
}

func (b *book) text(kind report.Type, s string) any {
	if s == "" {
		return nil
	}
	if day, err := time.Parse(time.DateOnly, s); kind == report.Day && err == nil {
		return day
	}
	return cut(s)
}

// cut shortens a text to what a cell can hold.
func cut(s string) string {
	n := 0
	for i := range s {
		if n++; n > excelize.TotalCellChars {
			return s[:i]
		}
	}
	return s
}
