package notify

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
)

func TestMembersAreListedOnceAndTheRestCounted(t *testing.T) {
	var ids []string
	for i := range 300 {
		ids = append(ids, fmt.Sprintf("%016x-a", i))
	}
	w := Words{Member: func(id string) string { return "alarm " + id }}
	annotations := w.annotations(&alarm.Alarm{ID: "c1", Cause: &alarm.Cause{Members: ids}})
	out := w.leaving([]*alert.Alert{{Alert: model.Alert{Annotations: annotations}}})
	lines := strings.Split(string(out[0].Annotations[AnnotationMembers]), "\n")
	if len(lines) != 21 || lines[0] != "alarm "+ids[0] || lines[20] != "and 280 more" {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
}
