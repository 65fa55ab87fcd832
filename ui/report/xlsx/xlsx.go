// Package xlsx writes the monthly report as a workbook: typed numbers and dates, a
// line for each module with all that its CSV has, totals, and charts that the
// spreadsheet draws itself from the cells.
//
// Numbers are those of the JSON, unrounded; only how they are shown is rounded. The
// sheets are written as streams, so that a large fleet needs little memory.
package xlsx

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"headroom/ui/report"
)

// Write writes a report in one of [report.Languages].
func Write(w io.Writer, r *report.Report, language string) (err error) {
	b := &book{Report: r, file: excelize.NewFile(), words: wordsOf(language), language: language}
	defer func() {
		if closeErr := b.file.Close(); err == nil {
			err = closeErr
		}
	}()
	for _, make := range []func() error{
		b.makeStyles, b.summary, b.modules, b.totals, b.lastMonth, b.accuracy, b.pastOrders, b.leftOut, b.method, b.peaks, b.charts,
	} {
		if err := make(); err != nil {
			return fmt.Errorf("make the workbook of %s: %w", r.Month, err)
		}
	}
	return b.file.Write(w)
}

// book is a workbook that is being made.
type book struct {
	*report.Report
	file     *excelize.File
	words    *words
	language string
	styles   map[report.Type]int
	bold     int
	title    int
	wrapped  int

	asks  int // how many of the first modules ask for devices
	drawn int // how many of them are in the sheet of peaks
	days  int // rows there
}

// column is one of a table.
type column struct {
	head  string
	kind  report.Type
	width float64
}

// headHeight is that of a table's head, in points: two lines.
const headHeight = 31

// table adds a sheet with a table, which has filters and a head that stays in sight.
// each calls add with the cells of each row: texts, ints and numbers.
func (b *book) table(sheet, name string, columns []column, each func(add func(cells ...any) error) error) error {
	if _, err := b.file.NewSheet(sheet); err != nil {
		return err
	}
	if err := b.onPaper(sheet, columns); err != nil {
		return err
	}
	out, err := b.file.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	head, names := make([]any, len(columns)), distinct(columns)
	for i, c := range columns {
		head[i] = excelize.Cell{StyleID: b.bold, Value: names[i]}
		if err := out.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	row := 1
	add := func(options excelize.RowOpts, cells ...any) error {
		at, err := excelize.CoordinatesToCellName(1, row)
		if err != nil {
			return err
		}
		row++
		return out.SetRow(at, cells, options)
	}
	if err := add(excelize.RowOpts{Height: headHeight}, head...); err != nil {
		return err
	}
	err = each(func(cells ...any) error {
		typed := make([]any, len(cells))
		for i, v := range cells {
			typed[i] = b.cell(columns[i].kind, v)
		}
		return add(excelize.RowOpts{}, typed...)
	})
	if err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(len(columns), max(2, row-1)) // a table has a row
	if err != nil {
		return err
	}
	stripes := true
	if err := out.AddTable(&excelize.Table{Range: "A1:" + last, Name: name, StyleName: "TableStyleLight1", ShowRowStripes: &stripes}); err != nil {
		return err
	}
	return out.Flush()
}

// distinct returns the heads of columns, no two of them alike: spreadsheets repair a
// table with such, and a level of the tree may be called as another column is.
func distinct(columns []column) []string {
	names, seen := make([]string, len(columns)), map[string]bool{}
	for i, c := range columns {
		head := brief(c.head)
		names[i] = head
		for n := 2; seen[strings.ToLower(names[i])]; n++ {
			names[i] = head + " (" + strconv.Itoa(n) + ")"
		}
		seen[strings.ToLower(names[i])] = true
	}
	return names
}

// maxHead is how many letters of a head stand there: a column of a table takes 255, and
// some letters count twice.
const maxHead = 121

// brief leaves out the middle of a long head, for names differ at their ends.
func brief(s string) string {
	letters := []rune(s)
	if len(letters) <= maxHead {
		return s
	}
	const half = maxHead / 2
	return string(letters[:half]) + "…" + string(letters[len(letters)-half:])
}
