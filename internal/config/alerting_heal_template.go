package config

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/template"

	"github.com/prometheus/prometheus/promql/parser"
)

// HealValues are what the templates of healing can speak of.
type HealValues struct {
	ID          string // of the alarm's episode
	Name        string // the alertname
	Labels      map[string]string
	Annotations map[string]string
	Facts       HealFacts
}

// HealFacts are what is known of where an alarm rings.
type HealFacts struct {
	Module, Node, Process, Owner, Runbook string
	Path                                  []string
	More                                  map[string]string
}

// template reads a template, and fills it in for an alarm of which nothing is known:
// a field that no alarm has is a fault now, a label may come.
func (k checker) template(name, text string) {
	t, err := template.New("").Option("missingkey=zero").Parse(text)
	if err == nil {
		err = t.Execute(io.Discard, HealValues{})
		if err != nil && !strings.Contains(err.Error(), "can't evaluate field") {
			err = nil // as a part of a name that is not there
		}
	}
	k.want(err == nil, name, "a template such as {{ .Labels.instance }}", fmt.Sprint(err))
}

var placeholder = regexp.MustCompile(`\{\{[^{}]*\}\}`)

// templateQuery parses a query with a word for each of its placeholders. What has
// more than placeholders is known only when it is filled in.
func (k checker) templateQuery(name, text string) {
	filled := placeholder.ReplaceAllString(text, "x")
	if text == "" || strings.Contains(text, "{{ if") || strings.Contains(text, "{{ range") || strings.Contains(filled, "{{") {
		return
	}
	_, err := parser.NewParser(parser.Options{}).ParseExpr(filled)
	k.want(err == nil, name, "a PromQL expression", fmt.Sprint(err))
}
