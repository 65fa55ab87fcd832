// Package chooser has each module's own backtest choose, once a week, the models
// that its forecasts are made by.
//
// The backtests replay the stored minutes (see backtest.Stored) on half of the CPUs;
// what they speak for is kept, and applied at once. Runs that are over are kept for
// a year, of them only what is not the default, so that a past minute can be
// explained by the models that it was forecast by.
package chooser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/analytics"
	"headroom/analytics/backtest"
	"headroom/analytics/choose"
	"headroom/analytics/season"
)

const (
	// Every is how long choices count.
	Every = 7 * 24 * time.Hour
	// kept is how long those of the past are kept.
	kept = 400 * 24 * time.Hour
	// tickEvery is how often it is looked whether choices are due, and retry after
	// how long a run that failed is tried again.
	tickEvery, retry = time.Minute, time.Hour

	// Choices are made anew between these hours.
	nightFrom, nightTo = 2, 5

	checkpoint = "choices"
)

// days is how much history a task's choice is made from, at the most: what its
// origins and the model before them need.
var days = map[backtest.Task]int{backtest.Peak: 90}

// Keeper keeps the choices over a restart.
type Keeper interface {
	Load(ctx context.Context, name string) ([]byte, bool, error)
	Save(ctx context.Context, name string, value []byte) error
}

// Options wire a [Chooser].
type Options struct {
	Stored   *backtest.Stored
	Keeper   Keeper
	Location *time.Location
	Due      func(now time.Time) bool                         // there is history to choose by
	Apply    func(context.Context, []analytics.Choices) error // has the table made with them
	Logger   *slog.Logger

	Registerer prometheus.Registerer
}

// Chooser makes the choices.
type Chooser struct {
	Options
	seconds prometheus.Gauge
	by      *prometheus.GaugeVec

	mu      sync.Mutex // protects choices
	choices []analytics.Choices
}

// Open returns a chooser with the choices that were kept.
func Open(ctx context.Context, o Options) (*Chooser, error) {
	f := promauto.With(o.Registerer)
	c := &Chooser{
		Options: o,
		seconds: f.NewGauge(prometheus.GaugeOpts{Name: "headroom_choice_duration_seconds", Help: "How long the last choice of models by backtests took."}),
		by: f.NewGaugeVec(prometheus.GaugeOpts{
			Name: "headroom_chosen_modules", Help: "Modules whose own backtest speaks for a model, by task.",
		}, []string{"task", "model"}),
	}
	b, found, err := o.Keeper.Load(ctx, checkpoint)
	if err != nil || !found {
		return c, err
	}
	if err := json.Unmarshal(b, &c.choices); err != nil {
		return nil, fmt.Errorf("read the choices of models: %w", err)
	}
	c.count()
	return c, nil
}

// Choices returns the choices so far, the oldest first. They must not be changed.
func (c *Chooser) Choices() []analytics.Choices {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.choices
}

// Run chooses whenever it is due, until ctx is done.
func (c *Chooser) Run(ctx context.Context) error {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	var next time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			if now.Before(next) || !c.due(now) {
				continue
			}
			if err := c.Choose(ctx, now); err != nil && ctx.Err() == nil {
				c.Logger.Error("choosing models failed, trying again later; the choices before go on", "err", err, "after", retry)
				next = now.Add(retry)
			}
		}
	}
}

// due tells whether there is history to choose by, and no choice yet, or one that
// has counted long enough and it is night.
func (c *Chooser) due(now time.Time) bool {
	all, hour := c.Choices(), now.In(c.Location).Hour()
	fresh := len(all) > 0 && (now.Sub(all[len(all)-1].Made) < Every || hour < nightFrom || hour >= nightTo)
	return !fresh && c.Due(now)
}

// Choose replays the modules up to yesterday, keeps what that speaks for, and
// applies it.
func (c *Chooser) Choose(ctx context.Context, now time.Time) error {
	began := time.Now()
	made := analytics.Choices{Made: now, Nodes: map[string][]choose.Choice{}}
	for task, n := range days {
		if err := c.replay(ctx, task, n, now, &made); err != nil {
			return fmt.Errorf("choose models for the task %s: %w", task, err)
		}
	}
	before := c.Choices()
	all := append(past(before, now), made)
	if err := c.save(ctx, all); err != nil {
		return err
	}
	c.set(all)
	if err := c.Apply(ctx, all); err != nil {
		c.set(before) // so that it is due again
		return fmt.Errorf("apply the choices of models: %w", err)
	}
	c.seconds.Set(time.Since(began).Seconds())
	c.Logger.Info("models chosen by backtests", "modules", len(made.Nodes), "took", time.Since(began).Round(time.Second))
	return nil
}

// set has other choices count.
func (c *Chooser) set(all []analytics.Choices) {
	c.mu.Lock()
	c.choices = all
	c.mu.Unlock()
	c.count()
}

func (c *Chooser) replay(ctx context.Context, task backtest.Task, n int, now time.Time, made *analytics.Choices) error {
	o := backtest.DefaultOptions()
	o.Task, o.Location = task, c.Location
	today, _ := season.NewCalendar(c.Location).Split(now.Unix())
	r, err := c.Stored.Run(ctx, backtest.Query{
		Options: o, Depth: len(c.Stored.Tree.Levels()) - 1, From: today - n, To: today - 1, Limit: backtest.MaxNodes,
	}, func(backtest.Step) error { return nil })
	if err != nil {
		return err
	}
	for _, choice := range r.Choices {
		made.Nodes[choice.Series] = append(made.Nodes[choice.Series], choice.Choice)
	}
	return nil
}

// past keeps of choices that are over what still matters.
func past(all []analytics.Choices, now time.Time) (out []analytics.Choices) {
	for _, c := range all {
		if now.Sub(c.Made) > kept {
			continue
		}
		other := analytics.Choices{Made: c.Made, Nodes: map[string][]choose.Choice{}}
		for id, choices := range c.Nodes {
			for _, choice := range choices {
				if choice.Tested && choice.Model != analytics.ModelCalibrated {
					other.Nodes[id] = append(other.Nodes[id], choice)
				}
			}
		}
		out = append(out, other)
	}
	return out
}

func (c *Chooser) save(ctx context.Context, all []analytics.Choices) error {
	b, err := json.Marshal(all)
	if err != nil {
		return errors.Join(errors.New("write the choices of models"), err)
	}
	return c.Keeper.Save(ctx, checkpoint, b)
}

// count shows the newest choices as metrics.
func (c *Chooser) count() {
	c.by.Reset()
	all := c.Choices()
	if len(all) == 0 {
		return
	}
	for _, choices := range all[len(all)-1].Nodes {
		for _, choice := range choices {
			if choice.Tested {
				c.by.WithLabelValues(choice.Task, choice.Model).Inc()
			}
		}
	}
}
