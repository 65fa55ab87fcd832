package xlsx

import (
	"math"

	"github.com/xuri/excelize/v2"
)

// How sheets are printed: A4 (number 9 of the format), lying.
const (
	a4     = 9
	across = "landscape"
	inked  = 190.0 // characters across a page that can still be read
)

// onOnePage has a sheet printed on a page that is wider than high.
func (b *book) onOnePage(sheet string) error {
	yes, paper, lying, one := true, a4, across, 1
	if err := b.file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	return b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &lying, Size: &paper, FitToWidth: &one, FitToHeight: &one})
}

// onPaper has a table printed with its head on each page, on as many pages across as it
// takes to read it, the first column on each of them, and the sheet's name and the page's number below.
func (b *book) onPaper(sheet string, columns []column) error {
	all := 0.0
	for _, c := range columns {
		all += c.width
	}
	yes, paper, lying, wide, high := true, a4, across, int(math.Ceil(all/inked)), 0
	if err := b.file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	if err := b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &lying, Size: &paper, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	if err := b.file.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&L&A&R&P / &N"}); err != nil {
		return err
	}
	titles := "'" + sheet + "'!$1:$1"
	if wide > 1 {
		names, err := excelize.ColumnNumberToName(max(1, b.naming(sheet)))
		if err != nil {
			return err
		}
		titles = "'" + sheet + "'!$A:$" + names + "," + titles
	}
	return b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: titles, Scope: sheet})
}

// naming is how many columns name what a row is of.
func (b *book) naming(sheet string) int {
	if sheet == b.words.modules {
		return len(b.Levels)
	}
	return 1
}
