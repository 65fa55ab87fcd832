package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Notification is one message that somebody got.
type Notification struct {
	At     Seconds `json:"at"`
	Alarms []Told  `json:"alarms"`
}

// Told is an alarm in a notification.
type Told struct {
	Labels map[string]string `json:"labels"`
	Ended  bool              `json:"ended"`
}

// Score says how well a storm was told.
type Score struct {
	Name    string `json:"name"`
	HeldOut bool   `json:"held_out"`

	In       int `json:"in"`       // alarms, each once for every time it rang
	Messages int `json:"messages"` // notifications that told of something that rings
	Told     int `json:"told"`     // alarms in them, each once for every time it was new

	Causes      int      `json:"causes"`
	CausesTold  int      `json:"causes_told"`
	Slowest     Seconds  `json:"slowest"` // from complete evidence to the first notification
	Missed      []string `json:"missed"`
	Incidents   int      `json:"incidents"`
	Swallowed   []string `json:"swallowed"`    // incidents of which nobody was told
	FalseCauses []string `json:"false_causes"` // common causes that were none
	Others      int      `json:"others"`       // alarms told by themselves although they belong to a cause
}

// Reduction is the share of the alarms that nobody had to read, in percent.
func (s Score) Reduction() float64 { return 100 * (1 - float64(s.Messages)/float64(max(s.In, 1))) }

// score compares what was told with the truth.
func score(s *Scenario, got []Notification) Score {
	slices.SortStableFunc(got, func(a, b Notification) int { return cmp.Compare(a.At, b.At) })
	out := Score{Name: s.Name, HeldOut: s.HeldOut, In: len(s.Alarms), Causes: len(s.Truth.Causes), Incidents: len(s.Truth.Incidents)}
	firing, causes := map[string]bool{}, map[string][]Seconds{} // by "kind name": when it was told
	told := map[string]bool{}
	for _, n := range got {
		out.Messages += btoi(slices.ContainsFunc(n.Alarms, func(t Told) bool { return !t.Ended }))
		for _, t := range n.Alarms {
			k := key(t.Labels)
			if t.Ended {
				delete(firing, k)
				continue
			}
			if firing[k] {
				continue // repeated
			}
			firing[k], told[k] = true, true
			out.Told++
			if c := causeOf(t.Labels); c != "" {
				causes[c] = append(causes[c], n.At)
			}
		}
	}
	out.judgeCauses(s, causes)
	out.judgeIncidents(s, causes, told)
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// causeOf is the component of which an alarm tells; "" if it is one of its own.
func causeOf(labels map[string]string) string {
	if labels["alertname"] != "CommonCause" {
		return ""
	}
	return labels["component_kind"] + " " + labels["component"]
}

func (out *Score) judgeCauses(s *Scenario, causes map[string][]Seconds) {
	var known []string
	for _, c := range s.Truth.Causes {
		names := append([]string{c.Kind + " " + c.Name}, c.Also...)
		known = append(known, names...)
		first := Seconds(-1)
		for _, name := range names {
			for _, at := range causes[name] {
				if at >= c.From && (first < 0 || at < first) {
					first = at
				}
			}
		}
		if first < 0 {
			out.Missed = append(out.Missed, names[0])
			continue
		}
		out.CausesTold++
		out.Slowest = max(out.Slowest, first-c.Complete)
	}
	for _, in := range s.Truth.Incidents {
		known = append(known, in.Places...)
	}
	for c, at := range causes {
		if !slices.Contains(known, c) {
			for range at {
				out.FalseCauses = append(out.FalseCauses, c)
			}
		}
	}
	slices.Sort(out.FalseCauses)
}

func (out *Score) judgeIncidents(s *Scenario, causes map[string][]Seconds, told map[string]bool) {
	own := map[string]bool{}
	for _, in := range s.Truth.Incidents {
		seen := slices.ContainsFunc(in.Places, func(p string) bool { return len(causes[p]) > 0 })
		for _, a := range in.Alarms {
			own[a] = true
			seen = seen || told[a]
		}
		if !seen {
			out.Swallowed = append(out.Swallowed, in.Name+" "+in.Places[0])
		}
	}
	for _, a := range s.Alarms {
		if k := key(a.Labels); told[k] && !own[k] {
			out.Others++
			own[k] = true // count it once
		}
	}
}

// total adds scores up.
func total(name string, scores []Score) (sum Score) {
	sum.Name = name
	for _, s := range scores {
		sum.In, sum.Messages, sum.Told = sum.In+s.In, sum.Messages+s.Messages, sum.Told+s.Told
		sum.Causes, sum.CausesTold, sum.Incidents = sum.Causes+s.Causes, sum.CausesTold+s.CausesTold, sum.Incidents+s.Incidents
		sum.Slowest, sum.Others = max(sum.Slowest, s.Slowest), sum.Others+s.Others
		sum.Missed = append(sum.Missed, s.Missed...)
		sum.Swallowed = append(sum.Swallowed, s.Swallowed...)
		sum.FalseCauses = append(sum.FalseCauses, s.FalseCauses...)
	}
	return sum
}

// printScores prints a table of scores with their sum, and what went wrong.
func printScores(w io.Writer, scores []Score) error {
	var tuned, apart []Score
	for _, s := range scores {
		if s.HeldOut {
			apart = append(apart, s)
		} else {
			tuned = append(tuned, s)
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "alarms in\tnotifications\tless %\tcauses\ttold\tslowest s\tincidents\tswallowed\tfalse causes\tothers told\t  scenario")
	for _, part := range [][]Score{tuned, apart} {
		for _, s := range part {
			printScore(t, s)
		}
	}
	printScore(t, total("those to tune on", tuned))
	printScore(t, total("those held out", apart))
	printScore(t, total("all", scores))
	if err := t.Flush(); err != nil {
		return err
	}
	for _, s := range scores {
		if len(s.Missed)+len(s.Swallowed)+len(s.FalseCauses) > 0 {
			fmt.Fprintf(w, "%s: missed [%s], swallowed [%s], false [%s]\n", s.Name,
				strings.Join(s.Missed, "; "), strings.Join(s.Swallowed, "; "), strings.Join(s.FalseCauses, "; "))
		}
	}
	return nil
}

func printScore(w io.Writer, s Score) {
	fmt.Fprintf(w, "%d\t%d\t%.2f\t%d\t%d\t%.1f\t%d\t%d\t%d\t%d\t  %s\n", s.In, s.Messages, s.Reduction(),
		s.Causes, s.CausesTold, float64(s.Slowest), s.Incidents, len(s.Swallowed), len(s.FalseCauses), s.Others, s.Name)
}
