package fold_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/alerting/fold"
	"headroom/alerting/scenario"
	"headroom/internal/config"
)

var levels = []string{"business", "product", "module"}

// facts stands for the stage that enriches.
type facts struct{}

func (facts) Name() string { return "enrich" }

func (facts) Run(_ context.Context, _ time.Time, alarms []*alarm.Alarm) []*alarm.Alarm {
	for _, a := range alarms {
		if a.Cause == nil && a.Facts.Path == nil {
			a.Facts = factsOf(a.Labels)
		}
	}
	return alarms
}

func factsOf(labels model.LabelSet) (f alarm.Facts) {
	for _, level := range levels {
		if v := labels[model.LabelName(level)]; v != "" {
			f.Path = append(f.Path, string(v))
		}
	}
	f.Node, f.Owner = string(labels["node"]), string(labels["team"])
	for _, kind := range []string{"rack", "site", "proxy"} {
		if v := labels[model.LabelName(kind)]; v != "" {
			f.Components = append(f.Components, alarm.Component{Kind: kind, Name: string(v)})
		}
	}
	return f
}

// town has 400 modules of four businesses with five products each, behind four
// proxies, on one device each; 20 devices to a rack, 5 racks to a site.
type town struct{}

const modules = 400

func (town) FanIn(c alarm.Component) (n, devices int) {
	switch c.Kind {
	case "":
		n = modules
	case "proxy", "site", "business":
		n = 100
	case "rack", "product":
		n = 20
	case "module", "node":
		n = 1
	}
	return n, n
}

// at are the labels of module i.
func at(i int) model.LabelSet {
	name := func(format string, n int) model.LabelValue { return model.LabelValue(fmt.Sprintf(format, n)) }
	return model.LabelSet{
		"business": name("b%d", i%4), "product": name("p%d", i/4%5), "module": name("m%d", i), "severity": "warning",
		"rack": name("r%d", i/20), "site": name("s%d", i/100), "proxy": name("px%d", i*7/3%4),
	}
}

func ring(kind string, i int) model.LabelSet {
	return at(i).Merge(model.LabelSet{"alertname": model.LabelValue(kind)})
}

// down is an alarm of module i's device.
func down(i int) model.LabelSet {
	return ring("NodeDown", i).Merge(model.LabelSet{"node": model.LabelValue(fmt.Sprintf("n%d", i))})
}

type world struct {
	t *testing.T
	*scenario.World
	cfg config.Fold
}

// newWorld has other stages before the one that folds.
func newWorld(t *testing.T, f fold.Fleet, before ...alarm.Stage) *world {
	t.Helper()
	w := &world{t: t, cfg: config.Default().Alerting.Fold}
	w.World = scenario.NewStorm(t, func(*scenario.World) []alarm.Stage {
		return slices.Concat([]alarm.Stage{facts{}}, before, []alarm.Stage{fold.New(fold.Options{
			Config: func() config.Fold { return w.cfg }, Levels: levels, Fleet: f,
			Owner: func(c alarm.Component) string {
				if c.Kind == "site" {
					return ""
				}
				return c.Kind + "-team"
			},
		})})
	})
	return w
}

// muting stands for a stage that mutes what somebody does not want to hear.
type muting struct{ mutes func(a *alarm.Alarm) bool }

func (muting) Name() string { return "mute" }

func (m *muting) Run(_ context.Context, now time.Time, alarms []*alarm.Alarm) (passed []*alarm.Alarm) {
	for _, a := range alarms {
		if m.mutes != nil && m.mutes(a) && !a.Ended {
			a.Stay(now, "mute", alarm.Muted, "m1", "muted by ann", now.Add(time.Second))
			continue
		}
		a.Pass(now, "mute", "has lasted")
		passed = append(passed, a)
	}
	return passed
}

// told lists of what somebody was told since noon, each as kind and place.
func (w *world) told() (all []string) {
	for _, t := range w.Told {
		if !t.Ended {
			all = append(all, title(t.Alarm))
		}
	}
	slices.Sort(all)
	return all
}

func title(a *alarm.Alarm) string {
	if a.Cause != nil {
		return a.Kind() + " " + a.Cause.Component.String()
	}
	return strings.TrimSpace(a.Kind() + " " + string(a.Labels["module"]))
}

func (w *world) wantTold(want ...string) {
	w.t.Helper()
	slices.Sort(want)
	if got := w.told(); !slices.Equal(got, want) {
		w.t.Fatalf("told of\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func (w *world) find(name string) *alarm.Alarm {
	w.t.Helper()
	for _, a := range w.All() {
		if title(a) == name {
			return a
		}
	}
	w.t.Fatalf("no alarm %s", name)
	return nil
}

// which are the modules that fit.
func which(fits func(i int) bool) (all []int) {
	for i := range modules {
		if fits(i) {
			all = append(all, i)
		}
	}
	return all
}

func behind(proxy string) []int {
	return which(func(i int) bool { return string(at(i)["proxy"]) == proxy })
}
