package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"

	"headroom/internal/config"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	must(t, err)
	return string(text)
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	all, err := filepath.Glob(pattern)
	must(t, err)
	if len(all) == 0 {
		t.Fatalf("no file is named %s", pattern)
	}
	return all
}

// documents reads every document of a YAML file.
func documents(t *testing.T, text string) (all []map[string]any) {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var doc map[string]any
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return all
		}
		must(t, err)
		all = append(all, doc)
	}
}

// into copies by way of JSON, which is how Kubernetes gets it.
func into(t *testing.T, from, to any) {
	t.Helper()
	text, err := json.Marshal(from)
	must(t, err)
	must(t, json.Unmarshal(text, to))
}

// kinds are the schemas of KEDA's custom resources, by kind.
func kinds(t *testing.T) map[string]*openapi3.Schema {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/kedacore/keda/v2").Output()
	must(t, err)
	byKind := map[string]*openapi3.Schema{}
	for _, file := range files(t, filepath.Join(strings.TrimSpace(string(dir)), "config/crd/bases/*.yaml")) {
		var crd struct {
			Spec struct {
				Names    struct{ Kind string }
				Versions []struct {
					Schema struct{ OpenAPIV3Schema openapi3.Schema }
				}
			}
		}
		into(t, documents(t, read(t, file))[0], &crd)
		byKind[crd.Spec.Names.Kind] = &crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	}
	return byKind
}

// unknown lists the fields of v that the schema lacks: Kubernetes drops them
// without a word.
func unknown(schema *openapi3.Schema, v any, at string) (all []string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			all = append(all, unknown(schema.Items.Value, item, at+"[]")...)
		}
	case map[string]any:
		for name, value := range v {
			field := schema.Properties[name]
			if field == nil {
				field = schema.AdditionalProperties.Schema
			}
			switch {
			case field != nil:
				all = append(all, unknown(field.Value, value, at+"."+name)...)
			case len(schema.Properties) > 0: // else it may have any field
				all = append(all, at+"."+name)
			}
		}
	}
	return all
}

func TestObjectsOfKEDAAreWhatKEDATakes(t *testing.T) {
	known, seen := kinds(t), 0
	for _, file := range files(t, "keda/*.yaml") {
		for _, doc := range documents(t, read(t, file)) {
			if doc["apiVersion"] != "keda.sh/v1alpha1" {
				continue
			}
			seen++
			schema := known[doc["kind"].(string)]
			var object map[string]any
			into(t, doc, &object)
			if err := schema.VisitJSON(object, openapi3.MultiErrors()); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			for _, field := range unknown(schema, object, "") {
				t.Errorf("%s: KEDA knows no field %s", file, field)
			}
		}
	}
	if seen < 5 {
		t.Errorf("found %d objects of KEDA", seen)
	}
}

var inHCL = regexp.MustCompile(`(?m)^\s*query\s*=\s*("(?:[^"\\]|\\.)*")$`)
var inPage = regexp.MustCompile("(?s)```promql\n(.*?)```")

// queries returns what a file asks a Prometheus-compatible server for.
func queries(t *testing.T, file string) (all []string) {
	t.Helper()
	text := read(t, file)
	switch filepath.Ext(file) {
	case ".hcl":
		for _, m := range inHCL.FindAllStringSubmatch(text, -1) {
			query, err := strconv.Unquote(m[1])
			must(t, err)
			all = append(all, query)
		}
	case ".md":
		for _, m := range inPage.FindAllStringSubmatch(text, -1) {
			all = append(all, m[1])
		}
	default:
		for _, doc := range documents(t, text) {
			all = append(all, asked(doc)...)
		}
	}
	return all
}

// asked finds queries in a YAML value. An adapter's template stands for a query
// of the series that it is about, and an autoscaler's metric for a selector.
func asked(v any) (all []string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			all = append(all, asked(item)...)
		}
	case map[string]any:
		for _, key := range []string{"query", "seriesQuery"} {
			if query, ok := v[key].(string); ok {
				all = append(all, query)
			}
		}
		if template, ok := v["metricsQuery"].(string); ok {
			fill := strings.NewReplacer("<<.Series>>", v["seriesQuery"].(string), "<<.LabelMatchers>>", `module="a"`)
			all = append(all, fill.Replace(template))
		}
		if metric, ok := v["metric"].(map[string]any); ok {
			all = append(all, selector(metric))
		}
		for _, value := range v {
			all = append(all, asked(value)...)
		}
	}
	return all
}

func selector(metric map[string]any) string {
	var matchers []string
	for name, value := range metric["selector"].(map[string]any)["matchLabels"].(map[string]any) {
		matchers = append(matchers, name+"="+strconv.Quote(value.(string)))
	}
	return metric["name"].(string) + "{" + strings.Join(matchers, ",") + "}"
}

var series = regexp.MustCompile("`(headroom_[a-z_]+)(?:\\{[a-z_,]*\\})?`")

func TestQueriesNameSeriesThatAreDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, page := range files(t, "../docs/*.md") {
		for _, m := range series.FindAllStringSubmatch(read(t, page), -1) {
			documented[m[1]] = true
		}
	}
	hierarchy := config.Default().Hierarchy
	f := func(file string, least int) {
		t.Helper()
		found := queries(t, file)
		if len(found) < least {
			t.Errorf("%s: found %d queries; want %d at least", file, len(found), least)
		}
		for _, query := range found {
			expr, err := parser.NewParser(parser.Options{}).ParseExpr(query)
			if err != nil {
				t.Errorf("%s: %q: %v", file, query, err)
				continue
			}
			for _, matchers := range parser.ExtractSelectors(expr) {
				for _, m := range matchers {
					if m.Name == model.MetricNameLabel && !documented[m.Value] {
						t.Errorf("%s: no page of ours has the series %s", file, m.Value)
					}
					if m.Name != model.MetricNameLabel && !slices.Contains(hierarchy, m.Name) {
						t.Errorf("%s: %s is no label of the default hierarchy", file, m.Name)
					}
				}
			}
		}
	}
	f("keda/prometheus.yaml", 1)
	f("keda/prometheus-adapter.yaml", 2)
	f("keda/hpa.yaml", 1)
	f("nomad/dispatch.hcl", 1)
	f("../docs/autoscalers.md", 1)
}

func TestPageLeadsToEveryFile(t *testing.T) {
	page := read(t, "../docs/autoscalers.md")
	for _, file := range append(files(t, "keda/*"), files(t, "nomad/*")...) {
		if !strings.Contains(page, "(../deploy/"+file+")") {
			t.Errorf("docs/autoscalers.md does not lead to %s", file)
		}
	}
}

var answer = regexp.MustCompile("(?s)```json\n(.*?)```")

// The page's answer of the API has a number where the trigger looks for one.
func TestValueLocationIsInTheAnswer(t *testing.T) {
	var object struct {
		Spec struct {
			Triggers []struct{ Metadata map[string]string }
		}
	}
	into(t, documents(t, read(t, "keda/metrics-api.yaml"))[0], &object)
	decoder := json.NewDecoder(bytes.NewBufferString(answer.FindStringSubmatch(read(t, "../docs/autoscalers.md"))[1]))
	var v any
	must(t, decoder.Decode(&v))
	for _, name := range strings.Split(object.Spec.Triggers[0].Metadata["valueLocation"], ".") {
		v = v.(map[string]any)[name]
	}
	if v != 12.0 {
		t.Errorf("the trigger finds %v in the page's answer; want 12", v)
	}
}
