package notify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
)

func TestASilenceThatIsMadeHere(t *testing.T) {
	w := newWorld(t, "")
	match, err := labels.ParseMatchers(`alertname="Dead",job!="b",node=~"n.*",x!~"y.+"`)
	must(t, err)
	id, err := w.stage.Silences().Add(t.Context(), match, time.Now().Add(time.Hour), "ann", "we change the disk")
	must(t, err)
	w.end()
	w.start() // it is kept
	if ids, ends := w.stage.Silences().Muting(named("Dead", "job", "a", "node", "n1")); len(ids) != 1 || ids[0] != id || time.Until(ends) < 59*time.Minute {
		t.Errorf("%v until %s", ids, ends)
	}
	for _, other := range [][]string{{"job", "b", "node", "n1"}, {"node", "m1"}, {"node", "n1", "x", "yy"}} {
		if ids, _ := w.stage.Silences().Muting(named("Dead", other...)); len(ids) > 0 {
			t.Errorf("%v is muted", other)
		}
	}
	if who, why := w.stage.Silences().Comment(id); who != "ann" || why != "we change the disk" {
		t.Errorf("%s: %s", who, why)
	}
	if _, err := w.stage.Silences().Add(t.Context(), nil, time.Now().Add(time.Hour), "ann", ""); err == nil || !strings.Contains(err.Error(), "invalid silence") {
		t.Errorf("muted everything: %v", err)
	}
}
