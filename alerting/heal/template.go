package heal

import (
	"fmt"
	"strconv"
	"strings"
	"text/template"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/internal/config"
)

func valuesOf(a *alarm.Alarm) config.HealValues {
	return config.HealValues{
		ID: a.ID, Name: a.Kind(), Labels: texts(a.Labels), Annotations: texts(a.Annotations),
		Facts: config.HealFacts{
			Module: a.Facts.Path.ID(), Node: a.Facts.Node, Process: a.Facts.Process,
			Owner: a.Facts.Owner, Runbook: a.Facts.Runbook, Path: a.Facts.Path, More: a.Facts.More,
		},
	}
}

func texts(set model.LabelSet) map[string]string {
	m := make(map[string]string, len(set))
	for name, value := range set {
		m[string(name)] = string(value)
	}
	return m
}

// parse reads a template in which a label that is not there is an error: a
// command must not run with a hole in it.
func parse(text string) (*template.Template, error) {
	return template.New("").Option("missingkey=error").Parse(text)
}

func fill(t *template.Template, v config.HealValues) (string, error) {
	var b strings.Builder
	if err := t.Execute(&b, v); err != nil {
		return "", err
	}
	return b.String(), nil
}

// argument fills in an argument of a command. One that becomes an option only by
// what an alarm says is an error.
func argument(t *template.Template, text string, v config.HealValues) (string, error) {
	s, err := fill(t, v)
	if err == nil && strings.HasPrefix(s, "-") && !strings.HasPrefix(text, "-") {
		err = fmt.Errorf("%s becomes %q, which a program would take for an option", text, s)
	}
	return s, err
}

// query fills in a query: what an alarm says stays inside of its quotes.
func query(t *template.Template, v config.HealValues) (string, error) {
	v.Labels, v.Annotations = quoted(v.Labels), quoted(v.Annotations)
	f := &v.Facts
	f.More = quoted(f.More)
	for _, s := range []*string{&f.Module, &f.Node, &f.Process, &f.Owner, &f.Runbook} {
		*s = inQuotes(*s)
	}
	path := make([]string, len(f.Path))
	for i, name := range f.Path {
		path[i] = inQuotes(name)
	}
	f.Path = path
	return fill(t, v)
}

func quoted(m map[string]string) map[string]string {
	q := make(map[string]string, len(m))
	for name, value := range m {
		q[name] = inQuotes(value)
	}
	return q
}

func inQuotes(s string) string {
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
