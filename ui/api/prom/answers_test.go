package prom

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/prompb"
	"github.com/golang/snappy"

	"headroom/internal/peers"
	"headroom/storage/promql"
)

var record = flag.Bool("record", false, "rewrite the answers under testdata by those of a real Prometheus")

var files = []string{"testdata/prometheus.txt", "testdata/grafana.txt"}

// TestAnswers asks us what is under testdata.
func TestAnswers(t *testing.T) {
	if *record {
		prometheus := startPrometheus(t)
		for _, file := range files {
			rewrite(t, file, prometheus)
		}
	}
	base := serve(t, filled(t), promql.Options{}, Options{})
	for _, file := range files {
		compare(t, file, base)
	}
}

// TestPrometheusAnswersTheSame keeps the expectations honest.
func TestPrometheusAnswersTheSame(t *testing.T) {
	base := startPrometheus(t)
	for _, file := range files {
		compare(t, file, base)
	}
}

// exchange is one request of a file, with the answer that is expected.
type exchange struct {
	line   int
	method string
	path   string
	form   url.Values
	want   string // status and body
}

func (x exchange) String() string { return fmt.Sprintf("%s %s?%s", x.method, x.path, x.form.Encode()) }

// read parses a file; see the head of testdata/prometheus.txt. An answer stands
// behind its request, after "< ".
func read(t *testing.T, file string) (list []exchange) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "  "):
			key, value, _ := strings.Cut(line[2:], ": ")
			list[len(list)-1].form.Add(key, value)
		case strings.HasPrefix(line, "< "):
			list[len(list)-1].want = line[2:]
		default:
			method, path, _ := strings.Cut(line, " ")
			list = append(list, exchange{line: i + 1, method: method, path: path, form: url.Values{}})
		}
	}
	return list
}

func compare(t *testing.T, file, base string) {
	t.Run(filepath.Base(base+file), func(t *testing.T) {
		for _, x := range read(t, file) {
			inOrder := strings.Contains(x.form.Get("query"), "sort")
			if got := ask(t, base, x); normal(t, got, inOrder) != normal(t, x.want, inOrder) {
				t.Errorf("%s:%d: %s\n got %s\nwant %s", file, x.line, x, got, x.want)
			}
		}
	})
}

// rewrite puts the answers of base into the file.
func rewrite(t *testing.T, file, base string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[int]string{}
	for _, x := range read(t, file) {
		answers[x.line] = "< " + ask(t, base, x)
	}
	var out []string
	pending := ""
	for i, line := range strings.Split(string(text), "\n") {
		if pending != "" && !strings.HasPrefix(line, "  ") {
			out, pending = append(out, pending), ""
		}
		if !strings.HasPrefix(line, "< ") {
			out = append(out, line)
		}
		if a := answers[i+1]; a != "" {
			pending = a
		}
	}
	if err := os.WriteFile(file, []byte(strings.Join(out, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// grafanaHeaders are those of a dashboard's panel.
var grafanaHeaders = map[string]string{
	"User-Agent":                "Grafana/11.2.0",
	"X-Dashboard-Uid":           "headroom",
	"X-Dashboard-Title":         "Capacity",
	"X-Panel-Id":                "4",
	"X-Panel-Title":             "Load",
	"X-Datasource-Uid":          "prometheus",
	"X-Grafana-Org-Id":          "1",
	"X-Grafana-From-Expr":       "true",
	"X-Cache-Skip":              "true",
	"Accept":                    "application/json, text/plain, */*",
	"X-Grafana-Device-Id":       "0",
	"X-Query-Group-Id":          "c1",
	"Fromalert":                 "false",
	"Http_x_grafana_org_id":     "1",
	"Traceparent":               "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	"X-Rule-Uid":                "",
	"X-Prometheus-Unused-Param": "",
}

// ask returns status and body of an answer.
func ask(t *testing.T, base string, x exchange) string {
	t.Helper()
	target, body := base+x.path, io.Reader(nil)
	if x.method == http.MethodPost {
		body = strings.NewReader(x.form.Encode())
	} else if len(x.form) > 0 {
		target += "?" + x.form.Encode()
	}
	req, err := http.NewRequestWithContext(t.Context(), x.method, target, body)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range grafanaHeaders {
		req.Header.Set(k, v)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if ct := resp.Header.Get("Content-Type"); ct != "application/json" {
		t.Errorf("%s: content type %q", x, ct)
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, bytes.TrimSpace(text))
}

// normal brings an answer into one form: keys sorted and, unless the query asks
// for an order, the series of a result too.
func normal(t *testing.T, answer string, inOrder bool) string {
	t.Helper()
	status, body, _ := strings.Cut(answer, " ")
	var v struct {
		Status    string
		ErrorType string
		Error     string
		Warnings  []string
		Infos     []string
		Data      any
	}
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%q: %v", answer, err)
	}
	switch data := v.Data.(type) {
	case []any:
		sortJSON(data)
	case map[string]any:
		result, ok := data["result"].([]any)
		if ok && !inOrder && (data["resultType"] == "matrix" || data["resultType"] == "vector") {
			sortJSON(result)
		}
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return status + " " + string(out)
}

func sortJSON(list []any) {
	slices.SortFunc(list, func(a, b any) int {
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		return bytes.Compare(x, y)
	})
}

// startPrometheus starts a real one and writes the fleet to it.
func startPrometheus(t *testing.T) string {
	t.Helper()
	base := peers.StartPrometheus(t, "")
	wr := prompb.WriteRequest{Timeseries: fleet()}
	body := snappy.Encode(nil, wr.MarshalProtobuf(nil))
	client := http.Client{Timeout: time.Minute}
	resp, err := client.Post(base+"/api/v1/write", "application/x-protobuf", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode/100 != 2 {
		t.Fatalf("write to Prometheus: %s: %s", resp.Status, text)
	}
	return base
}
