package report

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"headroom/analytics"
)

// CSV writes the flat table. Numbers are as in the JSON; an unknown one is empty. A byte
// order mark in front tells spreadsheets that names are UTF-8.
func (r *Report) CSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out, fields := csv.NewWriter(w), r.Fields()
	record := make([]string, len(fields))
	for i := range fields {
		record[i] = safe(fields[i].Name)
	}
	_ = out.Write(record) // Flush keeps the error
	err := r.Records(func(row *Record) error {
		for i := range fields {
			record[i] = csvCell(fields[i].Of(row))
		}
		return out.Write(record)
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func csvCell(v any) string {
	switch v := v.(type) {
	case string:
		return safe(v)
	case int:
		return count(v)
	case analytics.Number:
		return digits(v)
	}
	panic("BUG: a cell of another type")
}

func digits(n analytics.Number) string {
	if !n.Known() {
		return ""
	}
	if math.Abs(float64(n)) < 1e15 {
		return strconv.FormatFloat(float64(n), 'f', -1, 64) // spreadsheets read no 1e-05 as text
	}
	return strconv.FormatFloat(float64(n), 'g', -1, 64)
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// safe keeps a spreadsheet from taking a name for a formula.
func safe(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}
