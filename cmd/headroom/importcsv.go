package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"headroom/analytics/backtest"
)

// importBatch is how many samples one request carries.
const importBatch = 50_000

// importCSV sends recorded series to a running server.
type importCSV struct {
	*client
	metric string
	labels map[string]string
	file   string
}

// addImport adds the commands that load history.
func addImport(app *kingpin.Application) {
	group := app.Command("import", "Load history into a running server.")
	cmd := group.Command("csv", "Load one series from a CSV file: timestamp,value with Unix seconds, a header line; may be gzipped.")
	i := &importCSV{client: addClient(cmd), labels: map[string]string{}}
	cmd.Flag("metric", "Name of the metric, as headroom_load_percent.").Required().StringVar(&i.metric)
	cmd.Flag("label", "Label of the series as name=value; may be repeated.").PlaceHolder("NAME=VALUE").StringMapVar(&i.labels)
	cmd.Arg("file", "The CSV file.").Required().StringVar(&i.file)
	cmd.Validate(func(*kingpin.CmdClause) error { return i.check() })
	cmd.Action(func(*kingpin.ParseContext) error { return i.run() })
}

func (i *importCSV) check() error {
	if !model.LegacyValidation.IsValidMetricName(i.metric) {
		return fmt.Errorf("--metric: %q is no metric name: letters, digits, _ and :, not beginning with a digit", i.metric)
	}
	for name := range i.labels {
		if !model.LegacyValidation.IsValidLabelName(name) {
			return fmt.Errorf("--label: %q is no label name", name)
		}
	}
	return nil
}

func (i *importCSV) run() error {
	if err := i.checkServer(); err != nil {
		return err
	}
	s, err := backtest.ReadFile(i.file)
	if err != nil {
		return err
	}
	i.labels["__name__"] = i.metric
	for from := 0; from < len(s.Times); from += importBatch {
		to := min(from+importBatch, len(s.Times))
		if err := i.send(s.Times[from:to], s.Values[from:to]); err != nil {
			if from == 0 {
				return fmt.Errorf("%s: %w", i.file, err)
			}
			fmt.Fprintln(os.Stderr) // ends the line that shows how far it came
			return fmt.Errorf("%s: rows %d to %d: %w (the rows before these are stored)", i.file, from+2, to+1, err)
		}
		fmt.Fprintf(os.Stderr, "\r%d of %d samples sent", to, len(s.Times))
	}
	fmt.Fprintln(os.Stderr)
	at := func(k int) string { return time.Unix(s.Times[k], 0).Format(time.RFC3339) }
	fmt.Printf("%d samples of %s stored, from %s to %s. A series that is a signal is rolled up within seconds.\n",
		len(s.Times), i.metric, at(0), at(len(s.Times)-1))
	return nil
}

// jsonLine is a series in the import format.
type jsonLine struct {
	Metric     map[string]string `json:"metric"`
	Values     []float64         `json:"values"`
	Timestamps []int64           `json:"timestamps"` // Unix milliseconds
}

func (i *importCSV) send(times []int64, values []float64) error {
	line := jsonLine{Metric: i.labels, Values: values, Timestamps: make([]int64, len(times))}
	for k, t := range times {
		line.Timestamps[k] = t * 1000
	}
	body, err := json.Marshal(line)
	if err != nil {
		return err
	}
	answer, err := http.Post(strings.TrimSuffix(i.server, "/")+"/api/v1/import", "application/json", bytes.NewReader(body))
	if err != nil {
		return i.unreachable(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		why, _ := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
		if answer.StatusCode == http.StatusNotFound {
			return fmt.Errorf("%s takes no samples in: it looks at another store (--prometheus.url), or is no Headroom", i.name())
		}
		if text := bytes.TrimSpace(why); answer.StatusCode == http.StatusBadRequest && len(text) > 0 { // in plain words
			return fmt.Errorf("%s answered %s: %s", i.name(), answer.Status, text)
		}
		return i.refused(answer.StatusCode, why)
	}
	return nil
}
