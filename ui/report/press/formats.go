package press

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"headroom/ui/report"
	"headroom/ui/report/pdf"
	"headroom/ui/report/xlsx"
)

// JSON is the format that a report is kept in; all others are made of it.
const JSON = "json"

// format is one that a report can be had in.
type format struct {
	name   string // which is its files' extension as well
	media  string
	spoken bool // in a language
	write  func(w io.Writer, r *report.Report, language string) error
}

var formats = []format{
	{"html", "text/html; charset=utf-8", true, func(w io.Writer, r *report.Report, language string) error { return r.HTML(w, language) }},
	{"pdf", "application/pdf", true, pdf.Write},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true, xlsx.Write},
	{"csv", "text/csv; charset=utf-8", false, func(w io.Writer, r *report.Report, _ string) error { return r.CSV(w) }},
}

// Formats returns the names of all formats, JSON first.
func Formats() []string {
	all := []string{JSON}
	for _, f := range formats {
		all = append(all, f.name)
	}
	return all
}

// Spoken tells whether the files of a format are in a language.
func Spoken(name string) bool {
	f := formatOf(name)
	return f != nil && f.spoken
}

func formatOf(name string) *format {
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == name })
	if i < 0 {
		return nil
	}
	return &formats[i]
}

// File is a report in a format and a language.
type File struct {
	Name      string // as expansion-2026-11.zh.pdf
	Media     string // its type
	SHA256    string // of Body, in hexadecimal
	Published bool   // else it is of a draft
	Body      []byte
}

// fileName says what a report is called as a file.
func fileName(month, format, language string, draft bool) string {
	name := "expansion-" + month
	if draft {
		name += "-draft"
	}
	if language != "" {
		name += "." + language
	}
	return name + "." + format
}

// render makes a report's file.
func (f *format) render(r *report.Report, language string) ([]byte, error) {
	var b bytes.Buffer
	if err := f.write(&b, r, language); err != nil {
		return nil, fmt.Errorf("write the report of %s as %s: %w", r.Month, f.name, err)
	}
	return b.Bytes(), nil
}

func checksum(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
