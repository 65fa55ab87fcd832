package report

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"headroom/analytics"
	"headroom/internal/phrases"
	"headroom/storage/fleet"
)

// sections are the parts of a document, in their order; those about which the report
// knows nothing are not there.
func (r *Report) sections(w *words, language string) []Section {
	var all []Section
	if !r.blank() {
		all = append(all, r.byTop(w))
	}
	if len(r.BySite) > 0 {
		all = append(all, Section{ID: "sites", Title: w.bySite, Notes: []string{w.sharedNote}, Table: r.totalsTable(w, w.site, r.BySite, Total{})})
	}
	if len(r.ByType) > 1 || len(r.ByType) == 1 && r.ByType[0].Name != "" {
		all = append(all, Section{ID: "types", Title: w.byType, Table: r.totalsTable(w, w.deviceType, r.ByType, r.Total)})
	}
	all = append(all, r.changeSection(w)...)
	all = append(all, r.pastSection(w)...)
	all = append(all, r.scoresSection(w)...)
	all = append(all, r.trendsSection(w)...)
	if !r.blank() {
		all = append(all, r.linesSection(w, language, true), r.linesSection(w, language, false))
	}
	all = append(all, r.leftSection(w, language))
	all = append(all, r.requestsSection(w)...)
	return append(all, Section{ID: "method", Title: w.method, List: r.methodIn(language)})
}

func (r *Report) byTop(w *words) Section {
	level := w.module
	if len(r.Levels) > 0 {
		level = say(w.levels, r.Levels[0])
	}
	s := Section{ID: "business", Title: fill(w.by, level), Notes: []string{w.none}}
	if len(r.ByTop) > 0 {
		s.Notes, s.Table = nil, r.totalsTable(w, level, r.ByTop, r.Total)
	}
	return s
}

// totalsTable shows totals with a bar for what is ordered; sum is the last line,
// none without modules.
func (r *Report) totalsTable(w *words, name string, totals []Total, sum Total) *Table {
	t := &Table{Columns: []Column{
		{initial(name), Text, 15}, {w.count, Figure, 7}, {w.devices, Figure, 8}, {w.short, Figure, 7}, {w.toRequest, Figure, 8},
	}}
	if r.Currency != "" {
		t.Columns = append(t.Columns, Column{fill(w.costHead, r.Currency), Figure, 9})
	}
	t.Columns = append(t.Columns, Column{w.atRisk, Figure, 6}, Column{w.orders, Bar, 11})
	most := analytics.Number(0)
	for i := range totals {
		most = max(most, totals[i].DevicesToRequest)
	}
	for i := range totals {
		t.Rows = append(t.Rows, r.totalRow(w, &totals[i], part(totals[i].DevicesToRequest, most)))
	}
	if sum.Modules > 0 {
		sum.Name = w.total
		row := r.totalRow(w, &sum, 0)
		row.Total = true
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (r *Report) totalRow(w *words, t *Total, bar float64) Row {
	name := t.Name
	if name == "" {
		name = w.unnamed
	}
	cells := []Cell{text(name), text(grouped(strconv.Itoa(t.Modules))), text(Decimal(t.Devices, 0)), text(Decimal(t.DevicesNeeded, 0)), text(Decimal(t.DevicesToRequest, 0))}
	if r.Currency != "" {
		cells = append(cells, text(Money(t.Cost)))
	}
	return Row{Cells: append(cells, text(Decimal(t.AtRisk, 0)), Cell{Marks: [2]float64{bar}})}
}

// upright is how many columns of lines have room on paper that is higher than wide.
const upright = 7

// linesSection has a line for each module, those that ask for devices or the others.
func (r *Report) linesSection(w *words, language string, asks bool) Section {
	s := Section{ID: "enough", Title: w.enough, Notes: []string{w.none}}
	if asks {
		s.ID, s.Title, s.Notes = "request", w.asks, []string{w.nothing}
	}
	columns := r.lineColumns(w)
	t := &Table{Wide: len(columns) > upright}
	for _, c := range columns {
		t.Columns = append(t.Columns, c.Column)
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		if l.asks() != asks {
			continue
		}
		row := Row{Note: Sentence(l, language)}
		for _, c := range columns {
			row.Cells = append(row.Cells, text(c.of(l)))
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) > 0 {
		s.Notes, s.Table = nil, t
	}
	return s
}

// lineColumn is a column of the lines, and what it shows of one.
type lineColumn struct {
	Column
	of func(l *Line) string
}

// lineColumns are the columns about which anything is known.
func (r *Report) lineColumns(w *words) []lineColumn {
	all := []lineColumn{{Column{w.module, Text, 24}, func(l *Line) string { return pathOf(l.Path) }}}
	if slices.ContainsFunc(r.Lines, func(l Line) bool { return l.Type != "" }) {
		all = append(all, lineColumn{Column{w.deviceType, Text, 9}, func(l *Line) string { return orDash(l.Type) }})
	}
	if r.SiteLabel != "" {
		all = append(all, lineColumn{Column{w.site, Text, 12}, func(l *Line) string { return orDash(l.Site()) }})
	}
	all = append(all,
		lineColumn{Column{w.devices, Figure, 6}, func(l *Line) string { return Decimal(l.Devices, 0) }},
		lineColumn{Column{w.short, Figure, 6}, func(l *Line) string { return Decimal(l.DevicesNeeded, 0) }},
		lineColumn{Column{w.toRequest, Figure, 6}, func(l *Line) string { return signedDecimal(l.DevicesToRequest, 0) }})
	if r.Currency != "" {
		all = append(all, lineColumn{Column{fill(w.costHead, r.Currency), Figure, 8}, func(l *Line) string { return Money(l.Cost) }})
	}
	return append(all,
		lineColumn{Column{w.peakNow, Figure, 6}, func(l *Line) string { return Decimal(l.PeakNow, 1) }},
		lineColumn{Column{w.growth, Figure, 7}, growthOf},
		lineColumn{Column{w.fullOn, Figure, 7}, func(l *Line) string { return orDash(l.FullOn.Value) }})
}

// growthOf marks a growth that the forecast does not count on.
func growthOf(l *Line) string {
	if l.SlopeDoubted {
		return "~ " + signedDecimal(l.SlopePerDay, 2)
	}
	return signedDecimal(l.SlopePerDay, 2)
}

func pathOf(names []string) string { return strings.Join(names, " → ") }

// nameOf is a module's name as all tables have it.
func nameOf(id string) string {
	path, err := fleet.ParseID(id)
	if err != nil {
		return id
	}
	return pathOf(path)
}

// initial makes the first letter a capital.
func initial(name string) string {
	_, n := utf8.DecodeRuneInString(name)
	return strings.ToUpper(name[:n]) + name[n:]
}

func (r *Report) leftSection(w *words, language string) Section {
	s := Section{ID: "left", Title: w.left, Notes: []string{w.none}}
	if len(r.Left) == 0 {
		return s
	}
	s.Notes = []string{w.leftNote}
	s.Table = &Table{Columns: []Column{{w.module, Text, 20}, {w.pieces, Figure, 6}, {w.why, Text, 20}}}
	for _, l := range r.Left {
		s.Table.Rows = append(s.Table.Rows, Row{Cells: []Cell{text(nameOf(l.ID)), text(Decimal(l.Devices, 0)), text(phrases.In(language, l.Reason))}})
	}
	return s
}

func (r *Report) requestsSection(w *words) []Section {
	if len(r.Requests) == 0 {
		return nil
	}
	t := &Table{Columns: []Column{{w.what, Text, 22}, {w.state, Text, 7}, {w.pieces, Figure, 6}, {w.who, Text, 8}, {w.opened, Figure, 8}, {w.approved, Figure, 8}, {w.closed, Figure, 8}}}
	for _, l := range r.Requests {
		devices := "–"
		if l.Devices != 0 {
			devices = Decimal(analytics.Number(l.Devices), 0)
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{
			text(l.ID + " " + l.Title), text(say(w.states, string(l.State))), text(devices), text(l.Who), text(date(l.Opened)), text(date(l.Approved)), text(date(l.Closed)),
		}})
	}
	return []Section{{ID: "requests", Title: w.requests, Table: t}}
}
