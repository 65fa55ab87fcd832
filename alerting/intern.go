package alerting

import (
	"unique"

	"github.com/prometheus/common/model"
)

// intern returns labels whose names and values are held once, however many alarms
// have them: most of a storm's alarms differ in few.
func intern(labels model.LabelSet) model.LabelSet {
	out := make(model.LabelSet, len(labels))
	for name, value := range labels {
		out[model.LabelName(held(string(name)))] = model.LabelValue(held(string(value)))
	}
	return out
}

func held(s string) string { return unique.Make(s).Value() }
