package backtest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// Models are compared on what all of them spoke of.
func TestCommon(t *testing.T) {
	all := interval{10, 8, 12}
	steps := [][]step{
		{{1, 10, all}, {1, 20, all}, {2, 10, all}, {3, nan, all}, {4, 10, all}, {5, 10, all}},
		{{1, 10, all}, {1, 20, all}, {2, 10, unknown}, {3, nan, all}, {4, 10, interval{10, nan, nan}}, {5, 10, all}},
	}
	if n := common(steps); n != 2 {
		t.Errorf("%d origins, want days 1 and 5", n)
	}
	for i, s := range steps {
		if y := tallyOf(s, 0.95); y.seen != 3 || !near(y.error, 0.5) {
			t.Errorf("model %d: %+v", i, y)
		}
	}
}

// The choice is made of the same numbers as the scores, and tells them.
func TestChoice(t *testing.T) {
	f := func(task Task, days int, model, reason string, tested bool) {
		t.Helper()
		o := options(task, "UTC")
		p, _, err := o.replay(context.Background(), recorded(days, time.Hour, 1))
		if err != nil {
			t.Fatal(err)
		}
		if c := p.choice; c == nil || c.Model != model || c.Tested != tested || !strings.Contains(c.Reason, reason) || c.Task != string(task) {
			t.Errorf("%s of %d days: %+v", task, days, c)
		}
	}
	f(Peak, 90, "calibrated", "% over 68 days", true)
	f(Peak, 40, "calibrated", "of the 28 days that a choice needs", false)
	f(Band, 60, "calibrated", "over 56 days", true)
	f(Growth, 80, "calibrated", "there are 3 of the 8 weekly forecasts", false)
	f(Growth, 160, "calibrated", "% over 15 weekly forecasts", true) // what repeats the last week does not grow

	flat := recorded(60, time.Hour, 1)
	for i := range flat.Values {
		flat.Values[i] = 20
	}
	if p, _, err := options(Peak, "UTC").replay(context.Background(), flat); err != nil || p.choice.Model != "calibrated" || !p.choice.Tested {
		t.Errorf("of models that are all right, the one without evidence: %+v, %v", p.choice, err)
	}

	// Evenings that only the week before knows.
	o := options(Peak, "UTC")
	weekly := recorded(110, time.Hour, 1)
	for i, at := range weekly.Times {
		weekly.Values[i] = 20
		if at%86400 == 20*3600 {
			weekly.Values[i] = []float64{25, 90, 30, 70, 26, 80, 22}[at/86400%7]
		}
	}
	if p, _, err := o.replay(context.Background(), weekly); err != nil || p.choice.Model != "naive" {
		t.Errorf("of one that repeats its week: %+v, %v", p.choice, err)
	}

	p, _, err := options(Deviation, "UTC").replay(context.Background(), recorded(20, time.Hour, 1))
	if err != nil || p.choice != nil {
		t.Errorf("without labels no alarm is right: %+v, %v", p.choice, err)
	}
}

func TestReplayStopsBetweenModels(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := options(Band, "UTC").replay(ctx, recorded(2, time.Hour, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
