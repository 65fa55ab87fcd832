package config

import (
	"fmt"
	"path/filepath"
	"time"
)

// defaultEvaluation is how often rules are evaluated, as in Prometheus.
const defaultEvaluation = Duration(time.Minute)

// checkRules checks how rule files are named; what is in them package rules does.
func (a Alerting) checkRules(k checker) {
	for _, pattern := range a.RuleFiles {
		_, err := filepath.Match(pattern, "")
		k.want(err == nil && pattern != "", "rule_files", "files or patterns such as rules/*.yml", fmt.Sprintf("%q", pattern))
	}
	k.between("evaluation_interval", a.EvaluationInterval, Duration(time.Second), Duration(time.Hour))
}
