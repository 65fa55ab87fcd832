package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A dashboard of Grafana, as far as it asks for something.
type dashboard struct {
	Time       struct{ From, To string }
	Templating struct{ List []variable }
	Panels     []struct {
		Title    string
		TimeFrom string
		Interval string
		Targets  []struct {
			Expr    string
			Instant bool
		}
	}
}

type variable struct {
	Name, Type, Definition string
	Multi                  bool
}

// Whoever stays in Grafana sees something in every panel.
func TestGrafanasDashboardsFindSeriesInEveryPanel(t *testing.T) {
	t.Parallel()
	s := startScraped(t)
	Eventually(t, time.Minute, "most of the table can be judged", func() bool {
		s.mustRun()
		return judged(s) > 6
	})
	files, err := filepath.Glob("../deploy/grafana/dashboards/*.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("dashboards %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var d dashboard
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		grafana{s, t, filepath.Base(file)}.show(&d)
	}
}

// startScraped is a demo that scrapes itself, as the documentation says. Days before
// which there are two weeks are gone through for the ledger: few, so that it is done soon.
func startScraped(t *testing.T) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	config := File(t, "headroom.yml", fmt.Sprintf("scrape_configs:\n  - job_name: headroom\n    scrape_interval: 5s\n    static_configs: [{targets: [%q]}]\n", address))
	return start(t, "demo", "--modules=12", "--days=23", "--config.file="+config, "--web.listen-address="+address)
}

// grafana asks a server as Grafana's data source for Prometheus does.
type grafana struct {
	s    *Server
	t    *testing.T
	file string
}

func (g grafana) show(d *dashboard) {
	values := map[string]string{"__interval": "1m", "__rate_interval": "1m", "__range": "1d"}
	for _, v := range d.Templating.List {
		if v.Type == "query" {
			values[v.Name] = g.choose(v, fill(v.Definition, values))
		}
	}
	for _, p := range d.Panels {
		for _, q := range p.Targets {
			expr := fill(q.Expr, values)
			var why string
			// What is learned or replayed from history comes within minutes.
			Eventually(g.t, 4*time.Minute, fmt.Sprintf("%s: panel %q finds a series by %s", g.file, p.Title, expr), func() bool {
				g.s.mustRun()
				n, problem := g.query(expr, q.Instant, span(d.Time.From, d.Time.To, p.TimeFrom, p.Interval))
				why = problem
				return n > 0 || why != ""
			})
			if why != "" {
				g.t.Errorf("%s: panel %q: %s: %s", g.file, p.Title, expr, why)
			}
		}
	}
}

// fill puts values in the places of variables: $name and ${name}.
func fill(expr string, values map[string]string) string {
	return named.ReplaceAllStringFunc(expr, func(use string) string {
		if v, ok := values[strings.Trim(use, "${}")]; ok {
			return v
		}
		return use
	})
}

var (
	named       = regexp.MustCompile(`\$\w+|\$\{\w+\}`)
	labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)
)

// choose asks for the values of a variable in both ways that Grafana has, and
// takes the first one, or two as a regular expression where several may be chosen.
func (g grafana) choose(v variable, definition string) string {
	g.t.Helper()
	found := labelValues.FindStringSubmatch(definition)
	if found == nil {
		g.t.Fatalf("%s: variable %s: %q", g.file, v.Name, definition)
	}
	params := url.Values{"match[]": {found[1]}}
	params.Set("start", stamp(time.Now().Add(-time.Hour)))
	params.Set("end", stamp(time.Now()))
	var values []string
	g.s.MustAsk("/api/v1/label/"+found[2]+"/values?"+params.Encode(), &values)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		var series []map[string]string
		g.ask(method, "series", params, &series)
		var labels []string
		g.ask(method, "labels", params, &labels)
		if len(series) == 0 || len(labels) == 0 {
			g.t.Errorf("%s: variable %s: %s finds %d series with the labels %v", g.file, v.Name, method, len(series), labels)
		}
	}
	if len(values) == 0 {
		g.t.Fatalf("%s: variable %s: %s has no values", g.file, v.Name, definition)
	}
	if !v.Multi {
		return values[0]
	}
	return "(" + regexp.QuoteMeta(values[0]) + "|.*)" // the first and all others
}

// query returns how many series an expression finds by GET and by POST, the
// fewer of both, or what the server has against it.
func (g grafana) query(expr string, instant bool, over url.Values) (least int, problem string) {
	path, params := "query_range", over
	if instant {
		path, params = "query", url.Values{"time": {stamp(time.Now())}}
	}
	params.Set("query", expr)
	least = 1 << 30
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		var data struct{ Result []json.RawMessage }
		if problem := g.ask(method, path, params, &data); problem != "" {
			return 0, problem
		}
		least = min(least, len(data.Result))
	}
	return least, ""
}

// ask sends a request as Grafana does, with the parameters in the address or in the body.
func (g grafana) ask(method, path string, params url.Values, data any) (problem string) {
	g.t.Helper()
	req := g.s.Request(method, "/api/v1/"+path+"?"+params.Encode(), "")
	if method == http.MethodPost {
		req = g.s.Request(method, "/api/v1/"+path, params.Encode())
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	status, body := g.s.Do(req)
	answer := struct{ Data any }{data}
	if err := json.Unmarshal([]byte(body), &answer); status != http.StatusOK || err != nil {
		return fmt.Sprintf("%s %s: %d %s", method, path, status, body)
	}
	return ""
}

// span is the range of a panel: the dashboard's own, as from "now-24h" to
// "now+24h", unless the panel looks further back.
func span(from, to, back, interval string) url.Values {
	now := time.Now()
	begin, end, step := relative(now, from), relative(now, to), time.Minute
	if back != "" {
		begin, end = relative(now, "now-"+back), now
	}
	if interval == "1d" {
		step = 24 * time.Hour
		begin = begin.Truncate(step)
	}
	return url.Values{"start": {stamp(begin)}, "end": {stamp(end)}, "step": {strconv.Itoa(int(step.Seconds()))}}
}

func relative(now time.Time, words string) time.Time {
	words = strings.TrimPrefix(words, "now")
	if words == "" {
		return now
	}
	if days, ok := strings.CutSuffix(words, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		return now.AddDate(0, 0, n)
	}
	d, err := time.ParseDuration(words)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return now.Add(d)
}

func stamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
