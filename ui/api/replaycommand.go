package api

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"headroom/scaler/policy"
	"headroom/scaler/replay"
)

// replayCommand is the command of a terminal that replays a policy on the same days.
func replayCommand(q replay.Query, p policy.Settings, zone *time.Location) string {
	at := func(t time.Time) string { return t.In(zone).Format(time.RFC3339) }
	words := []string{
		"headroom replay --module=" + quoted(q.Module),
		"--from=" + at(q.From), "--to=" + at(q.To),
	}
	if keys := policyKeys(p); keys != "" {
		words = append(words, "--policy=<(echo "+quoted("{"+keys+"}")+")")
	}
	return strings.Join(words, " ")
}

// policyKeys are the settings that are not the default, as pool.policy has them.
func policyKeys(p policy.Settings) string {
	of := func(p policy.Settings) []string {
		return []string{
			fmt.Sprintf("target: %v", p.Target), fmt.Sprintf("scale_in: %v", p.ScaleIn),
			fmt.Sprintf("minimum: %d", p.Minimum), fmt.Sprintf("maximum: %d", p.Maximum),
			fmt.Sprintf("step_out: %v", p.StepOut), fmt.Sprintf("step_in: %v", p.StepIn),
			fmt.Sprintf("cooldown_out: %v", model.Duration(p.CoolDownOut)), fmt.Sprintf("cooldown_in: %v", model.Duration(p.CoolDownIn)),
			fmt.Sprintf("stabilise: %v", model.Duration(p.Stabilise)), fmt.Sprintf("startup: %v", model.Duration(p.Startup)),
			fmt.Sprintf("predictive: %v", p.Predictive), fmt.Sprintf("keep_peak: %q", p.KeepPeak),
			fmt.Sprintf("stale_after: %v", model.Duration(p.StaleAfter)), fmt.Sprintf("freeze_in_deviation: %v", p.FreezeInDeviation),
		}
	}
	usual := of(policy.Default())
	var keys []string
	for i, key := range of(p) {
		if key != usual[i] {
			keys = append(keys, key)
		}
	}
	return strings.Join(keys, ", ")
}

// quoted is a word for a shell as it stands.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
