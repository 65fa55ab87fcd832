package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"headroom/internal/config"
	"headroom/scaler/flow"
	"headroom/scaler/flow/builtin"
	"headroom/scaler/flow/document"
	"headroom/scaler/flow/library"
	"headroom/scaler/flow/shipped"
	"headroom/scaler/flow/tool"
)

// flows are the changes that can be made as flows, and their runs.
type flows struct {
	shelf  *library.Shelf
	engine *flow.Engine
	ended  []func(context.Context, flow.Run) // who is told of the end of each run
}

// openFlows makes the engine, which goes on where it was.
func (s *server) openFlows(ctx context.Context) (err error) {
	cfg := s.cfg.Flows
	f := &s.flows
	f.shelf = library.NewShelf(library.Sources{Shipped: shipped.Flows(), Tools: s.flowTools(), Replaceable: builtin.IsHook, Logger: s.log})
	if err := f.shelf.Load(ctx, s.besideConfig(cfg.Dir), s.besideConfig(cfg.ToolsDir)); err != nil {
		return err
	}
	f.engine, err = flow.New(ctx, flow.Options{
		DB: s.state, Tools: f.shelf.Catalog(), Flows: f.shelf.Library().Flows(), Windows: windowsOf(cfg),
		Limits: limitsOf(cfg),
		Leases: s.alarms.leases, LeaseTTL: leaseTTL, Ended: f.tell, MayApprove: s.mayAnswer, Audit: s.state.Audit(), Zone: s.cfg.Location(),
		Logger: s.log, Registerer: s.reg,
	})
	if err != nil {
		return err
	}
	return s.scheduleFlows(ctx, cfg)
}

// mayAnswer tells whether somebody is one of those whom a step asks: by name, or in a
// group of the configuration.
func (s *server) mayAnswer(who string, asked []string) bool {
	groups := s.config().Requests.Groups
	return slices.ContainsFunc(asked, func(one string) bool {
		name, isGroup := strings.CutPrefix(one, "group:")
		return one == who || one == "user:"+who || isGroup && slices.Contains(groups[name], who)
	})
}

// leaseTTL is the shortest time that a tool may open a lease for.
const leaseTTL = time.Minute

// flowTools are the tools that come with the program.
func (s *server) flowTools() []tool.Tool {
	return append(s.nodeTools(), builtin.New(builtin.Options{
		Leases: s.alarms.leases, Pool: s.scaling.pool, Query: s.ownQuerier(), Capacity: moduleFacts{s},
		Commands: func() []string { return s.config().Flows.LocalCommands },
		Hook: func() builtin.Hook {
			w := s.config().Flows.Webhook
			return builtin.Hook{URL: w.URL, Headers: w.Headers}
		},
		Logger: s.log,
	})...)
}

// tell tells everybody who waits for runs of the end of one.
func (f *flows) tell(ctx context.Context, r flow.Run) {
	for _, one := range f.ended {
		one(ctx, r)
	}
}

// Run returns a run, Flow a flow's document.
func (f *flows) Run(ctx context.Context, id string) (flow.Run, error) { return f.engine.Get(ctx, id) }

func (f *flows) Flow(name string) (*document.Flow, error) {
	if e, ok := f.shelf.Library().Find(name); ok && len(e.Faults) == 0 {
		return e.Flow, nil
	}
	return nil, fmt.Errorf("%w: %q", flow.ErrNoFlow, name)
}

// Start starts a run.
func (f *flows) Start(ctx context.Context, s flow.Start) (flow.Run, error) {
	return f.engine.Start(ctx, s)
}

// await returns a run once its state is one that is waited for, or with an error when ctx
// is done.
func (f *flows) await(ctx context.Context, id string, enough func(flow.State) bool) (flow.Run, error) {
	events, stop := f.engine.Subscribe()
	defer stop()
	for {
		r, err := f.engine.Get(ctx, id)
		if err != nil || enough(r.State) {
			return r, err
		}
		look := time.After(10 * time.Second) // an event may be missed
		for changed := false; !changed; {
			select {
			case <-ctx.Done():
				return r, context.Cause(ctx)
			case e := <-events:
				changed = e.Run == id && enough(e.State)
			case <-look:
				changed = true
			}
		}
	}
}

// reloadFlows puts a configuration into force that was checked.
func (s *server) reloadFlows(ctx context.Context, cfg config.Config) error {
	c, f := cfg.Flows, &s.flows
	if err := f.shelf.Load(ctx, s.besideConfig(c.Dir), s.besideConfig(c.ToolsDir)); err != nil {
		return err
	}
	f.engine.SetLimits(limitsOf(c))
	return errors.Join(f.engine.SetFlows(f.shelf.Library().Flows()), f.engine.SetWindows(windowsOf(c)), s.scheduleFlows(ctx, c))
}

func limitsOf(c config.Flows) flow.Limits {
	return flow.Limits{Open: c.MaxOpen, Running: c.MaxRuns, Steps: c.MaxSteps}
}

func windowsOf(c config.Flows) (all []flow.Window) {
	for _, w := range c.Windows {
		all = append(all, flow.Window{Name: w.Name, Cron: w.Cron, Zone: w.Timezone, Duration: time.Duration(w.For), Path: w.Path})
	}
	return all
}

// scheduleFlows makes the engine's schedules those of the configuration. One that has not
// changed is left as it is: it knows which starts it has missed. One that cannot be, such
// as of a flow with faults, is logged, and hinders nothing else.
func (s *server) scheduleFlows(ctx context.Context, c config.Flows) error {
	engine := s.flows.engine
	all, err := engine.Schedules(ctx)
	if err != nil {
		return err
	}
	there := map[string]flow.Schedule{}
	for _, one := range all {
		there[one.ID] = one
	}
	for _, one := range c.Schedules {
		want := scheduleOf(one)
		old, known := there[want.ID]
		delete(there, want.ID)
		if known && sameSchedule(old, want) {
			continue
		}
		if _, err := engine.PutSchedule(ctx, want); err != nil {
			s.log.Error("a schedule of the configuration is not in force", "schedule", one.Name, "flow", one.Flow, "err", err)
		}
	}
	for id := range there {
		if strings.HasPrefix(id, flow.Configured) {
			err = errors.Join(err, engine.DeleteSchedule(ctx, id))
		}
	}
	return err
}

func scheduleOf(c config.FlowSchedule) flow.Schedule {
	return flow.Schedule{
		ID: flow.Configured + c.Name, Flow: c.Flow, Inputs: c.Inputs, Cron: c.Cron, Zone: c.Timezone, Window: c.Window,
		CatchUp: c.CatchUp, Overlap: c.Overlap, Who: "configuration", Why: cmp.Or(c.Why, "schedule "+c.Name),
	}
}

// sameSchedule tells whether a schedule is as it is wanted. Its inputs were kept as JSON.
func sameSchedule(old, want flow.Schedule) bool {
	kept, _ := document.Plain(old.Inputs)
	given, _ := document.Plain(want.Inputs)
	if len(old.Inputs)+len(want.Inputs) > 0 && !reflect.DeepEqual(texts(kept), texts(given)) {
		return false
	}
	old.Inputs, want.Inputs = nil, nil
	want.Created, want.Next, want.Last, want.LastRun, want.LastError = old.Created, old.Next, old.Last, old.LastRun, old.LastError
	return reflect.DeepEqual(old, want)
}

// texts writes values so that 2 and 2.0 are alike.
func texts(v any) string { return fmt.Sprint(v) }

// forgetRuns removes the runs that are older than they are kept.
func (s *server) forgetRuns(ctx context.Context, _ time.Time) (int64, error) {
	return s.flows.engine.Forget(ctx, time.Now().Add(-time.Duration(s.config().Flows.Keep)))
}
