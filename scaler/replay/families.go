package replay

import (
	"slices"

	"headroom/analytics"
)

// Family is what a rule costs on average over series that count alike. Savings
// are shares of the other rule's worker-hours; unknown where it has none.
type Family struct {
	Name   string           `json:"name"`
	Series int              `json:"series"`
	Days   analytics.Number `json:"days"`

	Above     analytics.Number `json:"above"`     // share of the minutes above the threshold
	Slack     analytics.Number `json:"slack"`     // share of the worker-hours that the threshold did not ask for
	Decisions analytics.Number `json:"decisions"` // a day

	Sized      analytics.Number `json:"saving_static_sized"`
	SizedAbove analytics.Number `json:"above_static_sized"`
	Peak       analytics.Number `json:"saving_static_peak"`
	Equal      analytics.Number `json:"saving_static_equal"` // each series with the fewest workers that do as well
	HPA        analytics.Number `json:"saving_hpa"`          // one target for all, the highest that does as well on average
	HPATarget  analytics.Number `json:"hpa_target"`
	Best       analytics.Number `json:"saving_hpa_best"` // each series with the highest target that does as well on it
	PlainAbove analytics.Number `json:"above_hpa_plain"` // at the policy's own target
}

// Families sums up comparisons by family, and all of them as "all".
func Families(all []*Comparison) (families []Family) {
	by := map[string][]*Comparison{}
	for _, c := range all {
		by[c.Family] = append(by[c.Family], c)
	}
	names := make([]string, 0, len(by))
	for name := range by {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		families = append(families, summary(name, by[name]))
	}
	if len(names) > 1 {
		families = append(families, summary("all", all))
	}
	return families
}

func summary(name string, list []*Comparison) Family {
	average := func(of func(c *Comparison) float64) (sum float64) {
		for _, c := range list {
			sum += of(c)
		}
		return sum / float64(len(list))
	}
	share := func(n int, o Outcome) float64 { return float64(n) / float64(o.Minutes) }
	workers := func(o Outcome) float64 { return o.Hours * 60 / float64(o.Minutes) }
	mean := func(of func(c *Comparison) float64) analytics.Number { return analytics.Number(average(of)) }
	ours := average(func(c *Comparison) float64 { return workers(c.Policy) })
	saved := func(other func(c *Comparison) float64) analytics.Number {
		return analytics.Number(1 - ours/average(other))
	}

	f := Family{Name: name, Series: len(list)}
	f.Days = mean(func(c *Comparison) float64 { return float64(c.Policy.Minutes) / 1440 })
	f.Above = mean(func(c *Comparison) float64 { return share(c.Policy.Above, c.Policy) })
	f.Slack = 1 - mean(func(c *Comparison) float64 { return c.Policy.Needed * 60 / float64(c.Policy.Minutes) })/analytics.Number(ours)
	f.Decisions = mean(func(c *Comparison) float64 { return share(c.Policy.Decisions, c.Policy) * 1440 })
	f.Sized = saved(func(c *Comparison) float64 { return workers(c.Sized.Outcome) })
	f.SizedAbove = mean(func(c *Comparison) float64 { return share(c.Sized.Above, c.Sized.Outcome) })
	f.Peak = saved(func(c *Comparison) float64 { return workers(c.Peak.Outcome) })
	f.Equal = saved(func(c *Comparison) float64 { return workers(c.Equal.Outcome) })
	f.Best = saved(func(c *Comparison) float64 { return workers(c.HPA.Outcome) })
	f.PlainAbove = mean(func(c *Comparison) float64 { return share(c.Plain.Above, c.Plain.Outcome) })
	f.HPA, f.HPATarget = analytics.Unknown(), analytics.Unknown()
	for i, t := range targets() {
		if mean(func(c *Comparison) float64 { return share(c.hpa[i].Above, c.hpa[i]) }) <= f.Above {
			f.HPA, f.HPATarget = saved(func(c *Comparison) float64 { return workers(c.hpa[i]) }), analytics.Number(t)
			break
		}
	}
	return f
}
