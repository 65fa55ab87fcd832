package notify

import (
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/alertmanager/template"

	"headroom/internal/config"
)

// The links of Alertmanager's own templates lead to the page of alarms.
func TestTemplatesLinkToAlarms(t *testing.T) {
	conf, err := Load(config.Default().Alerting, "")
	must(t, err)
	for external, want := range map[string]string{
		"https://example.com":           "https://example.com/alarms/#/alerts?receiver=ops",
		"https://example.com/headroom/": "https://example.com/headroom/alarms/#/alerts?receiver=ops",
	} {
		base, err := url.Parse(external)
		must(t, err)
		p, err := newPlan(conf, base, slog.New(slog.DiscardHandler))
		must(t, err)
		data := &template.Data{ExternalURL: p.templates.ExternalURL.String(), Receiver: "ops"}
		got, err := p.templates.ExecuteTextString(`{{ template "__alertmanagerURL" . }}`, data)
		if err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", external, got, err, want)
		}
	}
}

func TestWhatIsLeftOutIsSaid(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "tracing: {endpoint: 'localhost:4317'}\n": "tracing", "event_recorder: {stdout_outputs: [{}]}\n": "event_recorder",
	} {
		file := filepath.Join(t.TempDir(), "alertmanager.yml")
		must(t, os.WriteFile(file, []byte(noFile+text), 0o600))
		c := config.Default().Alerting
		c.ConfigFile = file
		conf, err := Load(c, "")
		must(t, err)
		if got := strings.Join(conf.leftOut(), " "); got != want {
			t.Errorf("%q: %q is left out", text, got)
		}
	}
}
