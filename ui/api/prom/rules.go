package prom

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"
)

// RulesSource knows the rules that are evaluated.
type RulesSource interface {
	RuleGroups() []*rules.Group // by file and name
	AlertingRules() []*rules.AlertingRule
}

// ruleGroup is a group as /rules shows it.
type ruleGroup struct {
	Name           string    `json:"name"`
	File           string    `json:"file"`
	Rules          []any     `json:"rules"` // alertingRule or recordingRule, in the order of the file
	Interval       float64   `json:"interval"`
	Limit          int       `json:"limit"`
	EvaluationTime float64   `json:"evaluationTime"`
	LastEvaluation time.Time `json:"lastEvaluation"`
}

type alertingRule struct {
	State          string           `json:"state"`
	Name           string           `json:"name"`
	Query          string           `json:"query"`
	Duration       float64          `json:"duration"`
	KeepFiringFor  float64          `json:"keepFiringFor"`
	Labels         labels.Labels    `json:"labels"`
	Annotations    labels.Labels    `json:"annotations"`
	Alerts         []ruleAlert      `json:"alerts"`
	Health         rules.RuleHealth `json:"health"`
	LastError      string           `json:"lastError,omitempty"`
	EvaluationTime float64          `json:"evaluationTime"`
	LastEvaluation time.Time        `json:"lastEvaluation"`
	Type           string           `json:"type"`
}

type recordingRule struct {
	Name           string           `json:"name"`
	Query          string           `json:"query"`
	Labels         labels.Labels    `json:"labels"`
	Health         rules.RuleHealth `json:"health"`
	LastError      string           `json:"lastError,omitempty"`
	EvaluationTime float64          `json:"evaluationTime"`
	LastEvaluation time.Time        `json:"lastEvaluation"`
	Type           string           `json:"type"`
}

type ruleAlert struct {
	Labels          labels.Labels `json:"labels"`
	Annotations     labels.Labels `json:"annotations"`
	State           string        `json:"state"`
	ActiveAt        *time.Time    `json:"activeAt,omitempty"`
	KeepFiringSince *time.Time    `json:"keepFiringSince,omitempty"`
	Value           string        `json:"value"`
}

// alerts answers /alerts: what is pending or fires.
func (a *api) alerts(*gin.Context) (any, error) {
	all := []ruleAlert{}
	for _, r := range a.Rules.AlertingRules() {
		all = append(all, ruleAlerts(r)...)
	}
	return gin.H{"alerts": all}, nil
}

func ruleAlerts(r *rules.AlertingRule) []ruleAlert {
	all := []ruleAlert{}
	for _, a := range r.ActiveAlerts() {
		out := ruleAlert{
			Labels: a.Labels, Annotations: a.Annotations, State: a.State.String(),
			ActiveAt: &a.ActiveAt, Value: strconv.FormatFloat(a.Value, 'e', -1, 64),
		}
		if !a.KeepFiringSince.IsZero() {
			out.KeepFiringSince = &a.KeepFiringSince
		}
		all = append(all, out)
	}
	slices.SortFunc(all, func(a, b ruleAlert) int { return labels.Compare(a.Labels, b.Labels) })
	return all
}

// ruleFilter is what a request wants to see.
type ruleFilter struct {
	names, groups, files []string // empty: all
	matchers             [][]*labels.Matcher
	kind                 string // alert, record or empty
	withoutAlerts        bool
	limit                int // of groups
	from                 string
}

// rules answers /rules.
func (a *api) rules(c *gin.Context) (any, error) {
	f, err := a.ruleFilter(c)
	if err != nil {
		return nil, err
	}
	groups, next, found := f.apply(a.Rules.RuleGroups())
	if !found {
		return nil, badParam("group_next_token", fmt.Errorf("invalid group_next_token '%v'. were rule groups changed?", f.from))
	}
	out := gin.H{"groups": groups}
	if next != "" {
		out["groupNextToken"] = next
	}
	return out, nil
}

func (a *api) ruleFilter(c *gin.Context) (f ruleFilter, err error) {
	form := c.Request.Form
	f = ruleFilter{names: form["rule_name[]"], groups: form["rule_group[]"], files: form["file[]"], from: form.Get("group_next_token")}
	if f.matchers, err = a.engine.Parser().ParseMetricSelectors(form["match[]"]); err != nil {
		return f, badData{err}
	}
	for _, set := range f.matchers {
		if !slices.ContainsFunc(set, func(m *labels.Matcher) bool { return !m.Matches("") }) {
			return f, badData{errors.New("match[] must contain at least one non-empty matcher")}
		}
	}
	if f.kind = strings.ToLower(form.Get("type")); f.kind != "" && f.kind != "alert" && f.kind != "record" {
		return f, badParam("type", fmt.Errorf("not supported value %q", f.kind))
	}
	if text := form.Get("exclude_alerts"); text != "" {
		if f.withoutAlerts, err = strconv.ParseBool(strings.ToLower(text)); err != nil {
			return f, badParam("exclude_alerts", fmt.Errorf("error converting exclude_alerts: %w", err))
		}
	}
	return f, f.page(form.Get("group_limit"))
}

// page reads how many groups to show.
func (f *ruleFilter) page(limit string) error {
	f.limit = math.MaxInt
	if limit == "" {
		if f.from != "" {
			return badParam("group_next_token", errors.New("group_limit needs to be present in order to paginate over the groups"))
		}
		return nil
	}
	n, err := strconv.ParseInt(limit, 10, 32)
	if err != nil {
		return badParam("group_limit", fmt.Errorf("group_limit needs to be a valid number: %w", err))
	}
	if n <= 0 {
		return badParam("group_limit", errors.New("group_limit needs to be greater than 0"))
	}
	f.limit = int(n)
	return nil
}

// apply returns the groups that are asked for, and the token of the one after the
// last; found is false if the token that was given is no group's.
func (f *ruleFilter) apply(groups []*rules.Group) (out []ruleGroup, next string, found bool) {
	out, found = []ruleGroup{}, f.from == ""
	for _, g := range groups {
		token := groupToken(g)
		found = found || token == f.from
		if !found || !has(f.groups, g.Name()) || !has(f.files, g.File()) {
			continue
		}
		shown := f.rules(g)
		if len(shown) == 0 {
			continue
		}
		if len(out) == f.limit {
			return out, token, found
		}
		out = append(out, ruleGroup{
			Name: g.Name(), File: g.File(), Rules: shown, Interval: g.Interval().Seconds(), Limit: g.Limit(),
			EvaluationTime: g.GetEvaluationTime().Seconds(), LastEvaluation: g.GetLastEvaluation(),
		})
	}
	return out, "", found
}

func has(list []string, name string) bool { return len(list) == 0 || slices.Contains(list, name) }

func groupToken(g *rules.Group) string {
	sum := sha256.Sum256([]byte(g.File() + ";" + g.Name()))
	return hex.EncodeToString(sum[:])
}

func (f *ruleFilter) rules(g *rules.Group) []any {
	out := []any{}
	for _, r := range g.Rules(f.matchers...) {
		if !has(f.names, r.Name()) {
			continue
		}
		switch r := r.(type) {
		case *rules.AlertingRule:
			if f.kind != "record" {
				out = append(out, f.alerting(r))
			}
		case *rules.RecordingRule:
			if f.kind != "alert" {
				out = append(out, recording(r))
			}
		}
	}
	return out
}

func (f *ruleFilter) alerting(r *rules.AlertingRule) alertingRule {
	out := alertingRule{
		State: r.State().String(), Name: r.Name(), Query: r.Query().String(),
		Duration: r.HoldDuration().Seconds(), KeepFiringFor: r.KeepFiringFor().Seconds(),
		Labels: r.Labels(), Annotations: r.Annotations(), Health: r.Health(), LastError: lastError(r),
		EvaluationTime: r.GetEvaluationDuration().Seconds(), LastEvaluation: r.GetEvaluationTimestamp(), Type: "alerting",
	}
	if !f.withoutAlerts {
		out.Alerts = ruleAlerts(r)
	}
	return out
}

func recording(r *rules.RecordingRule) recordingRule {
	return recordingRule{
		Name: r.Name(), Query: r.Query().String(), Labels: r.Labels(), Health: r.Health(), LastError: lastError(r),
		EvaluationTime: r.GetEvaluationDuration().Seconds(), LastEvaluation: r.GetEvaluationTimestamp(), Type: "recording",
	}
}

func lastError(r rules.Rule) string {
	if err := r.LastError(); err != nil {
		return err.Error()
	}
	return ""
}
