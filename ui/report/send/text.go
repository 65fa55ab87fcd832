package send

import (
	"html/template"
	"strings"

	"headroom/ui/report"
)

// phrases are what a mail says besides the report.
type phrases struct{ read, left, sum string }

// phrasesOf is by the language that HTML names, as the document has it.
func phrasesOf(d *report.Document) phrases {
	if strings.HasPrefix(d.Language, "zh") {
		return phrases{"在线阅读", "过大或无法生成，未附上：", "SHA-256（JSON）"}
	}
	return phrases{"Read it", "Not attached, since it is too large or cannot be made: ", "SHA-256 of its JSON"}
}

// plainText is the mail for programs without HTML.
func plainText(d *report.Document, link string, left []string) string {
	w := phrasesOf(d)
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, "") + "\r\n") }
	line(d.Title, " ", d.Month)
	line(d.Headline)
	line()
	for _, f := range d.Facts {
		line(f.Label, ": ", f.Value, note(f.Note))
	}
	line()
	line(d.Basis)
	if link != "" {
		line(w.read, ": ", link)
	}
	if len(left) > 0 {
		line(w.left, strings.Join(left, ", "))
	}
	line(w.sum, ": ", d.Checksum)
	return b.String()
}

func note(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

var page = template.Must(template.New("mail").Parse(`<!DOCTYPE html>
<html lang="{{.Doc.Language}}"><head><meta charset="utf-8"><title>{{.Doc.Title}} {{.Doc.Month}}</title></head>
<body style="font-family:system-ui,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif;color:#1d2433;max-width:640px">
<h1 style="font-size:20px;margin:0 0 8px">{{.Doc.Title}} {{.Doc.Month}}</h1>
<p style="font-size:15px;line-height:1.5">{{.Doc.Headline}}</p>
<table style="border-collapse:collapse;font-size:14px">
{{range .Doc.Facts}}<tr><td style="padding:4px 24px 4px 0;color:#5b6579">{{.Label}}</td><td style="padding:4px 0;text-align:right;{{if .Strong}}font-weight:600{{end}}">{{.Value}}</td><td style="padding:4px 0 4px 12px;color:#5b6579;font-size:12px">{{.Note}}</td></tr>
{{end}}</table>
<p style="color:#5b6579;font-size:13px">{{.Doc.Basis}}</p>
{{with .Link}}<p><a href="{{.}}">{{$.Words.Read}}</a></p>
{{end}}{{with .Left}}<p>{{$.Words.Left}}{{.}}</p>
{{end}}<p style="color:#5b6579;font-size:11px">{{.Words.Sum}}: {{.Doc.Checksum}}</p>
</body></html>
`))

// htmlText is the mail as HTML.
func htmlText(d *report.Document, link string, left []string) string {
	w := phrasesOf(d)
	var b strings.Builder
	err := page.Execute(&b, map[string]any{
		"Doc": d, "Link": link, "Left": strings.Join(left, ", "), "Words": map[string]string{"Read": w.read, "Left": w.left, "Sum": w.sum},
	})
	if err != nil {
		panic("BUG: the mail's page: " + err.Error())
	}
	return b.String()
}
