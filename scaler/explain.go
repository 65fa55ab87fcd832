package scaler

import (
	"fmt"
	"math"

	"headroom/analytics"
)

// Explain sets out the arithmetic of a decision that was kept.
func Explain(r *Record) *analytics.Explanation {
	e := &analytics.Explanation{ID: r.ID, Title: fmt.Sprintf("Scaling of %s, minute to %s (%s)", r.Module, r.At.Format("2006-01-02 15:04 -0700"), r.Mode)}
	e.Steps = append(e.Steps,
		analytics.Step{
			Name: "busy fraction", Result: percent(r.Fraction), Formula: "busy seconds of all processes / (processes × 60 s)",
			Numbers: fmt.Sprintf("%s s / (%s × 60 s)", digits(r.Busy), digits(r.Processes)),
		},
		analytics.Step{
			Name: "wanted by the numbers", Result: fmt.Sprintf("%d workers", r.Wanted),
			Formula: "busy seconds above processes × 60 s × target: as many as bring the fraction to the target; below scale_in: fewer",
			Numbers: fmt.Sprintf("⌈%s / (60 s × %g)⌉, cause: %s", digits(r.Busy), r.Target, r.Cause),
			Inputs: []string{
				fmt.Sprintf("target %g, scale in below %g, from %d to %s workers", r.Target, r.ScaleIn, r.Minimum, most(r.Maximum)),
				fmt.Sprintf("current %d, serving %d", r.Current, r.Running),
				expected(r),
			},
		},
	)
	for _, c := range r.Caps {
		result := fmt.Sprintf("%d instead of %d", c.To, c.From)
		if c.To == c.From {
			result = fmt.Sprintf("%d stays", c.To)
		}
		e.Steps = append(e.Steps, analytics.Step{Name: "limit: " + c.By, Result: result, Formula: c.Reason})
	}
	e.Steps = append(e.Steps, analytics.Step{Name: "desired", Result: fmt.Sprintf("%d workers (%s)", r.Desired, r.Direction), Formula: r.Reason, Numbers: outcome(r)})
	return e
}

func expected(r *Record) string {
	if r.ForecastReason != "" {
		return "no forecast: " + r.ForecastReason
	}
	s := fmt.Sprintf("expected within %g s: %s busy seconds a minute, at most %s", r.StartupSeconds, digits(r.Ahead), digits(r.AheadUpper))
	if r.PeakAt != nil {
		s += fmt.Sprintf("; in the rest of today: %s, at most %s, at %s", digits(r.Peak), digits(r.PeakUpper), r.PeakAt.Format("15:04"))
	}
	return s
}

func outcome(r *Record) string {
	switch {
	case r.Short != "":
		return "the pool could not place all: " + r.Short
	case r.Applied:
		return "the pool was told"
	}
	if r.Run != "" {
		return "the pool was not told: flow run " + r.Run + " carries it out"
	}
	return "only recommended: the pool was not told"
}

func most(n int) string {
	if n == 0 {
		return "any number of"
	}
	return fmt.Sprint(n)
}

func digits(n analytics.Number) string {
	if !n.Known() {
		return "unknown"
	}
	return fmt.Sprintf("%.6g", float64(n))
}

func percent(n analytics.Number) string {
	if !n.Known() {
		return "unknown"
	}
	return fmt.Sprintf("%.1f %%", math.Round(float64(n)*1000)/10)
}
