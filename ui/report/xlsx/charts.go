package xlsx

import (
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"headroom/analytics"
	"headroom/ui/report"
)

// How many of the largest orders the charts show.
const (
	orders = 15
	trends = 5
)

// ink is what axes are lettered in.
var ink = excelize.Font{Color: "444444", Size: 9}

// peaks is what the second chart is drawn from: the daily peaks of the largest orders.
func (b *book) peaks() error {
	var lines []*report.Line
	var days []string
	for i := range b.Lines {
		if l := &b.Lines[i]; l.Evidence != nil && len(lines) < trends {
			lines = append(lines, l)
			days = append(days, seen(l.Evidence)...)
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	b.drawn, b.days = len(lines), len(days)
	if b.drawn == 0 {
		return nil
	}
	columns := []column{{b.words.day, report.Day, 12}}
	for _, l := range lines {
		columns = append(columns, column{strings.Join(l.Path, " → "), report.Percent, 14})
	}
	return b.table(b.words.peaks, "Peaks", columns, func(add func(...any) error) error {
		for _, day := range days {
			cells := []any{day}
			for _, l := range lines {
				cells = append(cells, peakOn(l.Evidence, day))
			}
			if err := add(cells...); err != nil {
				return err
			}
		}
		return nil
	})
}

// seen are the days from the first to the last one of which a peak is known: neither
// those before a module was there nor those to come.
func seen(e *report.Evidence) []string {
	first := slices.IndexFunc(e.Peaks, analytics.Number.Known)
	if first < 0 {
		return nil
	}
	last := len(e.Peaks)
	for !e.Peaks[last-1].Known() {
		last--
	}
	return e.Days[first:last]
}

func peakOn(e *report.Evidence, day string) analytics.Number {
	if i, found := slices.BinarySearch(e.Days, day); found && i < len(e.Peaks) {
		return e.Peaks[i]
	}
	return analytics.Unknown()
}

// charts draws the largest orders and their daily peaks beside the summary.
func (b *book) charts() error {
	if n := min(b.asks, orders); n > 0 {
		if err := b.file.AddChart(b.words.summary, "D7", b.ordersChart(n)); err != nil {
			return err
		}
	}
	if b.drawn == 0 {
		return nil
	}
	return b.file.AddChart(b.words.summary, "D36", b.peaksChart())
}

func (b *book) ordersChart(n int) *excelize.Chart {
	id := slices.IndexFunc(b.Fields(), func(f report.Field) bool { return f.Name == "id" })
	request := slices.IndexFunc(b.Fields(), func(f report.Field) bool { return f.Name == "devices_to_request" })
	oneColor := false
	return &excelize.Chart{
		Type: excelize.Bar, VaryColors: &oneColor, Title: title(b.words.largest), Legend: excelize.ChartLegend{Position: "none"},
		Dimension: excelize.ChartDimension{Width: 760, Height: 460},
		YAxis:     excelize.ChartAxis{MajorGridLines: true, Font: ink}, XAxis: excelize.ChartAxis{ReverseOrder: true, Font: ink},
		PlotArea: excelize.ChartPlotArea{ShowVal: true},
		Series: []excelize.ChartSeries{{
			Name: b.area(b.words.modules, request, 0), Categories: b.area(b.words.modules, id, n), Values: b.area(b.words.modules, request, n),
		}},
	}
}

func (b *book) peaksChart() *excelize.Chart {
	c := &excelize.Chart{
		Type: excelize.Line, Title: title(b.words.peaks + " (%)"), Legend: excelize.ChartLegend{Position: "bottom"},
		Dimension: excelize.ChartDimension{Width: 760, Height: 460}, YAxis: excelize.ChartAxis{MajorGridLines: true, Font: ink},
		// Upright, since LibreOffice letters every day.
		XAxis: excelize.ChartAxis{Font: ink, TickLabelSkip: 14, Alignment: excelize.Alignment{TextRotation: 90}, NumFmt: excelize.ChartNumFmt{CustomNumFmt: "yyyy-mm-dd"}},
	}
	for i := range b.drawn {
		head := b.area(b.words.peaks, i+1, 0)
		c.Series = append(c.Series, excelize.ChartSeries{Name: head, Categories: b.area(b.words.peaks, 0, b.days), Values: b.area(b.words.peaks, i+1, b.days), Marker: excelize.ChartMarker{Symbol: "none"}, Line: excelize.LineOptions{Width: 1.5}})
	}
	return c
}

// area names n cells of a column below the head; of 0 the head itself.
func (b *book) area(sheet string, column, n int) string {
	name, err := excelize.ColumnNumberToName(column + 1)
	if err != nil {
		panic("BUG: a table of too many columns: " + err.Error())
	}
	at := func(row int) string { return "$" + name + "$" + strconv.Itoa(row) }
	if n == 0 {
		return "'" + sheet + "'!" + at(1)
	}
	return "'" + sheet + "'!" + at(2) + ":" + at(n+1)
}

func title(text string) excelize.ChartTitle {
	return excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: text}}}
}
