package report

import (
	"math"
	"strconv"
	"time"

	"headroom/analytics"
)

// Document is a report as it is read: all its texts and figures in one language and
// in their order, for whoever sets them as a page or on paper.
type Document struct {
	Language string // as HTML names it
	Title    string
	Month    string
	Stamp    string // "Draft", or when it was published
	Draft    bool
	Checksum string // of the published report; empty for a draft
	Basis    string // what its numbers are of
	Headline string // the report in one sentence
	Facts    []Fact
	Notes    []string
	Sections []Section
	PageOf   string // "{1} of {2}"
	Unshaped string // where {1} are texts that have letters which cannot be shown
}

// Fact is a key figure.
type Fact struct {
	Label, Value string
	Note         string // empty: none
	Strong       bool   // what the report is for
}

// Section is a part with a heading.
type Section struct {
	ID     string // the same in all languages
	Title  string
	Notes  []string
	Table  *Table
	Trends *Trends
	List   []string // numbered
}

// Kind is what a column shows.
type Kind int

// Kinds of columns.
const (
	Text   Kind = iota // set to the left, and broken into lines
	Figure             // set to the right
	Bar                // a bar from 0 to the cell's first mark
	Pair               // two marks and the way from the first to the second
)

// Column is the head of a column, with the unit of what is below.
type Column struct {
	Head  string
	Kind  Kind
	Width float64 // relative to the other columns
}

// Table has a row for each thing.
type Table struct {
	Columns []Column
	Rows    []Row
	Wide    bool // has so many columns that paper is better turned
}

// Row is a line of a table.
type Row struct {
	Cells []Cell
	Note  string // a sentence below the line; empty: none
	Total bool   // adds up the rows above it
}

// Cell is what a column shows in a row: a text, or marks between 0 and 1, which are
// NaN where they are unknown.
type Cell struct {
	Text  string
	Marks [2]float64
}

// Trends are small charts side by side.
type Trends struct {
	Peaks, Line, Forecast, Target string // what the marks stand for
	Charts                        []Trend
}

// Trend is the chart behind a line: a value for each day, NaN if it is unknown.
type Trend struct {
	Name, Order string
	First, Last string // days, YYYY-MM-DD
	Peaks, Line []float64
	Target      float64

	Forecast, Lower, Upper []float64 // of the last days, those to come
}

// Document sets a report in one of [Languages].
func (r *Report) Document(language string) *Document {
	w := wordsOf(language)
	d := &Document{
		Language: w.html, Title: w.title, Month: r.Month, Draft: r.Draft, Checksum: r.Checksum, PageOf: w.pageOf, Unshaped: w.unshaped,
		Basis:    fill(w.basis, minute(r.SnapshotAt), r.Model, strconv.Itoa(r.HorizonDays)),
		Headline: Headline(r, language), Facts: r.facts(w), Notes: []string{},
	}
	if !r.blank() {
		d.Notes = append(d.Notes, w.neededNote)
	}
	if d.Stamp = fill(w.published, minute(r.MadeAt)); r.Draft {
		d.Stamp = fill(w.draft, minute(r.MadeAt))
	}
	for i := range r.Past {
		d.Notes = append(d.Notes, pastSentence(&r.Past[i], language))
	}
	d.Sections = r.sections(w, language)
	return d
}

func minute(t time.Time) string { return t.Format("2006-01-02 15:04 -07:00") }

func text(s string) Cell { return Cell{Text: s} }

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// part is a mark at v of all.
func part(v, all analytics.Number) float64 {
	if !(all > 0) {
		return 0
	}
	return math.Max(0, float64(v/all))
}

// signedDecimal shows a number with its sign and commas between its thousands; zero
// has none.
func signedDecimal(n analytics.Number, decimals int) string {
	s := Decimal(n, decimals)
	if n > 0 && s != Decimal(0, decimals) {
		return "+" + s
	}
	return s
}

// percent shows a share as a percentage with its sign.
func signedPercent(n analytics.Number) string { return signedDecimal(100*n, 1) }
