package report

import (
	_ "embed"
	"html/template"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"headroom/analytics"
)

//go:embed report.html
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"num":     Decimal,
	"percent": func(n analytics.Number) string { return significant(100*n) + " %" },
	"signed":  signed,
	"share": func(n analytics.Number) string {
		if !n.Known() {
			return "–"
		}
		return signed(100*n, 1) + " %"
	},
	"path":  func(names []string) string { return strings.Join(names, " → ") },
	"spark": spark,
	"time":  func(t time.Time) string { return t.Format("2006-01-02 15:04 -07:00") },
	"day": func(t time.Time) string {
		if t.IsZero() {
			return "–"
		}
		return t.Format(time.DateOnly)
	},
	"dash": func(s string) string {
		if s == "" {
			return "–"
		}
		return s
	},
}).Parse(pageText))

// HTML writes the report as one page that needs nothing else, made to be read
// on a screen or printed on A4.
func (r *Report) HTML(w io.Writer) error { return page.Execute(w, view{r}) }

// view adds to a report what only the page asks for.
type view struct{ *Report }

// Asking are the lines that ask for devices; Enough are the others.
func (v view) Asking() []Line { return v.pick(true) }
func (v view) Enough() []Line { return v.pick(false) }

func (v view) pick(asks bool) (lines []Line) {
	for i := range v.Lines {
		if v.Lines[i].asks() == asks {
			lines = append(lines, v.Lines[i])
		}
	}
	return lines
}

// Beside is the past order whose lines are shown; nil if none can be.
func (v view) Beside() *pastView {
	o := v.judged()
	if o == nil || o.Total.Judged == 0 {
		return nil
	}
	return &pastView{o}
}

type pastView struct{ *PastOrder }

// Loud are the lines that asked for devices or needed more, or of which that is
// not known; Quiet is how many others there are.
func (v pastView) Loud() (lines []PastLine) {
	for _, l := range v.Lines {
		if l.Requested != 0 || l.Needed != 0 {
			lines = append(lines, l)
		}
	}
	return lines
}

func (v pastView) Quiet() int { return len(v.Lines) - len(v.Loud()) }

// signed shows a number with its sign.
func signed(n analytics.Number, decimals int) string {
	if !n.Known() {
		return "–"
	}
	s := strconv.FormatFloat(math.Abs(float64(n)), 'f', decimals, 64)
	if n < 0 {
		return "−" + s
	}
	return "+" + s
}

// grouped sets a comma between thousands.
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
