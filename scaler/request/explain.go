package request

import (
	"fmt"
	"strings"
	"time"

	"headroom/analytics"
)

// ExplainPrefix marks an id that asks for the way of a request.
const ExplainPrefix = "request:"

// Explain sets out what the rules said about a request, and what happened to it.
func (r *Request) Explain() *analytics.Explanation {
	e := &analytics.Explanation{ID: ExplainPrefix + r.ID, Title: fmt.Sprintf("Request %s: %s – %s", r.ID, r.Title, r.State)}
	add := func(name, formula, numbers, result string) {
		e.Steps = append(e.Steps, analytics.Step{Name: name, Formula: formula, Numbers: numbers, Result: result})
	}
	add("asked by", r.Why, r.Opened.Format(time.RFC3339), r.Who)
	if r.Machines != nil && r.Machines.Forecast != nil {
		f := r.Machines.Forecast
		add("the forecast's order", f.Reason, "", number(f.DevicesToRequest, 0))
		add("risk of being short without them", "probability that the largest peak of the lead time is above what the devices hold at the target load", "", percent(f.ShortWithout))
		add(fmt.Sprintf("with %d more", r.Machines.Devices), "likewise", "", percent(f.ShortWith))
	}
	for _, c := range r.Checks {
		add(c.Name, c.Says, "", map[bool]string{true: "yes", false: "no"}[c.OK])
	}
	add("approvers", "those of the nearest node above", orAll(r.Approvers.Path), r.Approvers.words())
	for _, s := range r.History {
		add(s.At.Format("2006-01-02 15:04:05"), strings.TrimSuffix(s.What+" by "+s.Who+": "+s.Why, ": "), "", string(s.State))
	}
	return e
}

func orAll(path string) string {
	if path == "" {
		return "everything"
	}
	return path
}

func number(n analytics.Number, decimals int) string {
	if !n.Known() {
		return "unknown"
	}
	return fmt.Sprintf("%.*f", decimals, float64(n))
}

func percent(n analytics.Number) string {
	if !n.Known() {
		return "unknown"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n))
}
