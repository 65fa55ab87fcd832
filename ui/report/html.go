package report

import (
	_ "embed"
	"html/template"
	"io"
	"math"
	"strings"
)

//go:embed report.html
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"chart": chart,
	"class": func(c Column) string { return map[Kind]string{Text: "", Figure: "n", Bar: "b", Pair: "b"}[c.Kind] },
	"bar":   bar,
	"pair":  pair,
	"kind":  func(t *Table, column int) Kind { return t.Columns[column].Kind },
}).Parse(pageText))

// HTML writes the report as one page that needs nothing else, made to be read
// on a screen or printed on A4, in one of [Languages].
func (r *Report) HTML(w io.Writer, language string) error {
	return page.Execute(w, r.Document(language))
}

// The size of an inline bar, in units of its viewBox.
const (
	barWidth  = 100
	barHeight = 12
)

func bar(c Cell) template.HTML {
	return template.HTML(`<svg class="bar" viewBox="0 0 100 12" aria-hidden="true"><rect y="2" width="` + point(barWidth*c.Marks[0]) + `" height="8"/></svg>`)
}

// pair draws a ring at the first mark, a dot at the second, and a line between.
func pair(c Cell) template.HTML {
	x := func(mark float64) string { return point(5 + (barWidth-10)*mark) }
	from, to := c.Marks[0], c.Marks[1]
	if math.IsNaN(from) || math.IsNaN(to) {
		return ""
	}
	return template.HTML(`<svg class="pair" viewBox="0 0 100 12" aria-hidden="true"><path d="M` + x(from) + ` 6H` + x(to) +
		`"/><circle class="to" cx="` + x(to) + `" cy="6" r="3"/><circle class="from" cx="` + x(from) + `" cy="6" r="3.5"/></svg>`)
}

// grouped sets a comma between thousands, and a true minus before.
func grouped(s string) string {
	whole, rest, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "−", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		rest = "." + rest
	}
	return sign + whole + rest
}
