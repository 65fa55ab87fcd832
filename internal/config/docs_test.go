package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"headroom/internal/yamlfile"
)

var documented = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\|")

// keysOf lists every key below t with its value in v, as the page writes it.
func keysOf(t *testing.T, v reflect.Value, prefix string, into map[string]string) {
	for i, name := range yamlfile.Fields(v.Type()) {
		field, key := v.Field(i), prefix+name
		if field.Kind() == reflect.Struct {
			keysOf(t, field, key+".", into)
			continue
		}
		into[key] = written(t, field)
		if field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct {
			keysOf(t, reflect.New(field.Type().Elem()).Elem(), key+"[].", into)
		}
	}
}

// written is a default as the page writes it; empty if there is none.
func written(t *testing.T, v reflect.Value) string {
	if v.IsZero() && v.Kind() != reflect.Bool {
		return ""
	}
	var node yaml.Node
	must(t, node.Encode(v.Interface()))
	node.Style = yaml.FlowStyle
	text, err := yaml.Marshal(&node)
	must(t, err)
	return "`" + strings.TrimSpace(string(text)) + "`"
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryKeyIsDocumentedWithItsDefault(t *testing.T) {
	page, err := os.ReadFile("../../docs/configuration.md")
	must(t, err)
	found := map[string]string{}
	for _, m := range documented.FindAllStringSubmatch(string(page), -1) {
		found[m[1]] = m[2]
	}

	want := map[string]string{}
	keysOf(t, reflect.ValueOf(Default()), "", want)
	job := ScrapeConfig{HTTPSDConfigs: []HTTPSDConfig{{}}}
	job.fill() // an item's defaults are set when the file is read
	keysOf(t, reflect.ValueOf(job), "scrape_configs[].", want)
	keysOf(t, reflect.ValueOf(job.HTTPSDConfigs[0]), "scrape_configs[].http_sd_configs[].", want)
	keysOf(t, reflect.ValueOf(defaultService(defaultPool())), "services[].", want) // likewise

	for key, value := range want {
		text, ok := found[key]
		quoted := strings.HasPrefix(text, "`")
		switch {
		case !ok:
			t.Errorf("%s is not documented", key)
		case quoted && text != value, !quoted && value != "" && !strings.HasSuffix(key, "_configs"):
			t.Errorf("%s: the page says %s, the default is %s", key, text, value)
		}
	}
	for key := range found {
		if _, ok := want[key]; !ok {
			t.Errorf("%s is documented, but there is no such key", key)
		}
	}
}

func TestShadowQueryIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/configuration.md")
	must(t, err)
	if q := DefaultShadow().Signals.Load.Query; !strings.Contains(string(page), "\n"+q+"\n") {
		t.Errorf("the page does not show shadow mode's query %s", q)
	}
}

func TestExamplesAreValid(t *testing.T) {
	files, err := filepath.Glob("../../deploy/examples/*.yml")
	must(t, err)
	if len(files) == 0 {
		t.Fatal("no examples found")
	}
	for _, file := range files {
		if _, err := Load(file); err != nil {
			t.Error(err)
		}
	}
}
