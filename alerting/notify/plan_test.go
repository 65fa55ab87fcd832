package notify

import (
	"log/slog"
	"net/url"
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
