package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/ui/report"
	"headroom/ui/report/press"
)

// addReport adds "report", which without another word writes files.
func addReport(app *kingpin.Application) {
	cmd := app.Command("report", "The monthly expansion reports.")

	sub := cmd.Command("write", "Write a month's report as files: the published one, else the draft of the running month.").Default()
	c := addClient(sub)
	var month, formats, language, dir string
	sub.Flag("month", "The month, as 2026-11.").Default(time.Now().Format("2006-01")).StringVar(&month)
	sub.Flag("format", "Any of "+strings.Join(press.Formats(), ", ")+"; several with commas.").Default("html").StringVar(&formats)
	sub.Flag("lang", "Language of HTML, PDF and XLSX.").Default(report.English).EnumVar(&language, report.Languages()...)
	sub.Flag("out", "Folder to write to.").Default(".").StringVar(&dir)
	sub.Action(func(*kingpin.ParseContext) error {
		return c.writeReports(month, strings.Split(formats, ","), language, dir)
	})
	addReports(cmd)
}

// writeReports writes a file for each format and prints their names.
func (c *client) writeReports(month string, formats []string, language, dir string) error {
	for _, format := range formats {
		if !slices.Contains(press.Formats(), format) {
			return fmt.Errorf("--format: want any of %s, got %q", strings.Join(press.Formats(), ", "), format)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	for _, format := range formats {
		body, err := c.fetchReport(month, format, language)
		if err != nil {
			return err
		}
		name := filepath.Join(dir, "expansion-"+filepath.Base(month)+inLanguage(format, language)+"."+format)
		if err := writeWhole(name, body); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
		fmt.Fprintln(c.out, name)
	}
	return nil
}

// inLanguage is the part of a file's name that tells it from the one in English.
func inLanguage(format, language string) string {
	if !press.Spoken(format) || language == report.English {
		return ""
	}
	return "." + language
}

func (c *client) fetchReport(month, format, language string) ([]byte, error) {
	path := "reports/" + url.PathEscape(month)
	if format != press.JSON {
		return c.fetch(http.MethodGet, path, url.Values{"format": {format}, "lang": {language}}, nil)
	}
	var data json.RawMessage
	err := c.get(path, nil, &data)
	return data, err
}

// writeWhole writes a file that is either there as a whole or not at all.
func writeWhole(name string, body []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once it has its name
	_, err = f.Write(body)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}
