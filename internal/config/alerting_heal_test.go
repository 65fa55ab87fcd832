package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestHealRulesHaveDefaults(t *testing.T) {
	c, err := Parse([]byte(`
alerting:
  heal:
    max_heals: 5
    rules:
      - match: ['alertname="ProcessDown"', 'env!~"dev|test"']
        actions:
          - kind: restart_process
          - name: reboot
            kind: restart_server
            timeout: 5m
            command: [ssh, "{{ .Facts.Node }}", reboot]
            verify: {within: 10m, query: 'up{instance="{{ .Labels.instance }}"} == 1'}
`), "headroom.yml")
	must(t, err)
	h := c.Alerting.Heal
	r := h.Rules[0]
	if !h.DryRun || r.Name != "rule 1" || r.MaxHeals != 5 || r.Actions[0].Name != "restart_process" {
		t.Errorf("%+v", h)
	}
	if a := r.Actions[0]; a.Timeout != Duration(30*time.Second) || a.Verify.Within != Duration(time.Minute) {
		t.Errorf("%+v", a)
	}
	if a := r.Actions[1]; a.Timeout != Duration(5*time.Minute) || a.Verify.Within != Duration(10*time.Minute) {
		t.Errorf("%+v", a)
	}
}

func TestHealFaultsAreTold(t *testing.T) {
	_, err := Parse([]byte(`
alerting:
  heal:
    brake: {share: 2}
    by_hand: nobody
    rules:
      - name: a
      - name: a
        match: ['==']
        actions:
          - command: ['{{ .Labels.x']
            webhook: {url: 'ftp://x', secret: s3cret, secret_file: f}
            verify: {query: 'up{a="{{ .Labels.a }}"} ==', within: 1ms}
`), "headroom.yml")
	if err == nil {
		t.Fatal("no fault")
	}
	wantFaults(t, err,
		"headroom.yml:4: alerting.heal.brake.share: want a share above 0 and up to 1, found 2",
		"headroom.yml:5: alerting.heal.by_hand: want the name of a rule, found \"nobody\"",
		"headroom.yml:7: alerting.heal.rules[0].match: want matchers",
		"headroom.yml:7: alerting.heal.rules[0].actions: want 1 to 10 actions, found 0",
		"headroom.yml:8: alerting.heal.rules[1].name: want a name of its own",
		`headroom.yml:9: alerting.heal.rules[1].match: want matchers such as alertname="ProcessDown", found "=="`,
		"rules[1].actions[0].kind: want restart_process",
		"rules[1].actions[0].command: want a template",
		"rules[1].actions[0].command: want one of a command, a webhook and a flow, found 2 of them",
		"rules[1].actions[0].webhook.url: want an http or https address",
		"rules[1].actions[0].webhook.secret_file: want either secret or secret_file, found both",
		"rules[1].actions[0].verify.query: want a PromQL expression",
		"rules[1].actions[0].verify.within: want 1s to 1h",
	)
}

func TestHealTemplatesNameFieldsThatAre(t *testing.T) {
	const text = `
alerting:
  heal:
    rules:
      - name: a
        match: ['alertname="ProcessDown"']
        actions:
          - kind: restart_server
            command: [restart, '%s']
            verify: {query: '%s'}
          - kind: restart_server
            webhook: {url: '%s'}
`
	const url = "https://infra.example.com/reboot"
	for _, good := range []string{"{{ .Labels.x }}", `{{ index .Facts.Path 2 }}`, "{{ .Facts.More.rack }}", `{{ index .Labels "maybe" }}`, "{{ slice .Labels.x 0 3 }}", "{{ .ID }}{{ .Name }}"} {
		_, err := Parse(fmt.Appendf(nil, text, good, `up{a="`+good+`"}`, url), "headroom.yml")
		must(t, err)
	}
	for _, bad := range []string{"{{ .Lables.x }}", "{{ .Facts.Nope }}", "{{ .Labels.x.y }}", "{{ with .Facts }}{{ .Labels.x }}{{ end }}"} {
		_, err := Parse(fmt.Appendf(nil, text, bad, `up{a="`+bad+`"}`, url+"/"+bad), "headroom.yml")
		if err == nil {
			t.Fatalf("no fault in %s", bad)
		}
		wantFaults(t, err,
			"headroom.yml:9: alerting.heal.rules[0].actions[0].command: want a template", "can't evaluate field",
			"alerting.heal.rules[0].actions[0].verify.query: want a template",
			"alerting.heal.rules[0].actions[1].webhook.url: want an address",
		)
	}
}

// wantFaults checks that an error names faults, and no secret.
func wantFaults(t *testing.T, err error, faults ...string) {
	t.Helper()
	for _, want := range faults {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("lacks %s", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
	if strings.Contains(err.Error(), "s3cret") {
		t.Error("a secret is told")
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	h := HealWebhook{Secret: "s3cret"}
	if text := fmt.Sprintf("%v %+v", h, Heal{Rules: []HealRule{{Actions: []HealAction{{Webhook: h}}}}}); strings.Contains(text, "s3cret") {
		t.Error(text)
	}
	file := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(file, []byte(" from a file\n"), 0o600))
	if got, err := ReadSecret("", file); err != nil || got != "from a file" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := ReadSecret("s", ""); err != nil || got != "s" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := ReadSecret("", file+"x"); err == nil {
		t.Error("read a file that is not there")
	}
}
