package builtin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"headroom/scaler/flow/tool"
	"headroom/scaler/pool"
)

// workers orders how many workers a module has.
type workers struct{ Options }

func (workers) Describe() tool.Description {
	return tool.Description{
		Name: "workers", Title: "Set the workers of a module", Source: Source, Repeatable: true, Waits: true,
		Doc: "Sets how many workers a module has, whether its decisions are carried out, and whether their number is held. Only what is given is changed. It is waited for until as many serve.",
		Inputs: []tool.Parameter{
			moduleInput,
			{Name: "workers", Type: "int", Doc: "How many workers there shall be instead of the policy's; 0: the policy's again."},
			{Name: "mode", Type: "string", Doc: "What is done with decisions from now on; configured: as the configuration has it.", Values: []any{"recommend", "apply", "configured"}},
			{Name: "hold", Type: "duration", Doc: "For how long the number is held."},
			{Name: "release", Type: "bool", Doc: "Takes a hold back."},
			waitInput,
		},
		Outputs: []tool.Parameter{
			{Name: "workers", Type: "int", Doc: "How many workers shall run."},
			{Name: "serving", Type: "int", Doc: "How many serve."},
		},
	}
}

func (t workers) Run(ctx context.Context, c *tool.Call) (tool.Outputs, error) {
	v, err := t.Pool.Service(in(c).text("module"))
	if err == nil {
		err = t.order(ctx, c, v)
	}
	if err != nil {
		return nil, final(err)
	}
	if err := t.until(ctx, c, func() (bool, string, error) { return t.settled(c) }); err != nil {
		return nil, final(err)
	}
	return t.outputs(c)
}

// order gives the orders that v does not have yet.
func (t workers) order(ctx context.Context, c *tool.Call, v pool.ServiceView) error {
	who, reason := c.Who, why(c)
	if mode, given := t.mode(c); given && !hasMode(v, mode) {
		if err := t.Pool.SetMode(ctx, v.Module, mode, who, reason); err != nil {
			return err
		}
	}
	if n, given := in(c).whole("workers"); given && manual(v) != n {
		if err := t.Pool.SetManual(ctx, v.Module, n, who, reason); err != nil {
			return err
		}
	}
	if d := in(c).span("hold"); d > 0 && !t.held(c, v) {
		return t.Pool.Hold(ctx, v.Module, t.Now().Add(d), who, reason)
	}
	if in(c).truth("release") && v.Hold != nil {
		return t.Pool.Release(ctx, v.Module, who, reason)
	}
	return nil
}

// mode is the one that is asked for.
func (workers) mode(c *tool.Call) (m pool.Mode, given bool) {
	text := in(c).text("mode")
	if text == "configured" {
		return "", true
	}
	return pool.Mode(text), text != ""
}

func hasMode(v pool.ServiceView, m pool.Mode) bool {
	if m == "" {
		return v.ModeOrder == nil
	}
	return v.ModeOrder != nil && v.ModeOrder.Mode == m
}

func manual(v pool.ServiceView) int {
	if v.Manual == nil {
		return 0
	}
	return v.Manual.Workers
}

// held tells whether the hold that a call asks for is there: one that was ordered since
// the call began.
func (workers) held(c *tool.Call, v pool.ServiceView) bool {
	return v.Hold != nil && !v.Hold.At.Before(c.Began.Truncate(time.Second))
}

// ordered names what v lacks of the orders; empty: nothing.
func (t workers) ordered(c *tool.Call, v pool.ServiceView) string {
	mode, moded := t.mode(c)
	n, counted := in(c).whole("workers")
	switch {
	case moded && !hasMode(v, mode):
		return "its mode is not set"
	case counted && manual(v) != n:
		return "its number of workers is not set"
	case in(c).span("hold") > 0 && !t.held(c, v):
		return "its number of workers is not held"
	case in(c).truth("release") && v.Hold != nil:
		return "its hold is there"
	}
	return ""
}

// errRecommends: waiting would never end.
var errRecommends = errors.New("its decisions are only recommended, so nobody starts or stops its workers: set mode to apply, or wait to false")

// settled tells whether as many workers serve as were asked for.
func (t workers) settled(c *tool.Call) (bool, string, error) {
	n, given := in(c).whole("workers")
	if !given || !in(c).truth("wait") {
		return true, "", nil
	}
	v, err := t.Pool.Service(in(c).text("module"))
	if err != nil {
		return false, "", err
	}
	if v.Mode != pool.Apply {
		return false, "", tool.Final(fmt.Errorf("module %s: %w", v.Module, errRecommends))
	}
	how := fmt.Sprintf("%d of %d workers of %s serve, %d are being stopped", v.Serving, v.Desired, v.Module, v.Stopping)
	if v.Failing > 0 {
		how += fmt.Sprintf(", %d fail: %s", v.Failing, v.Failure)
	}
	if n > 0 && v.Desired != n {
		return false, fmt.Sprintf("%d workers of %s are decided on, %d were asked for", v.Desired, v.Module, n), nil
	}
	return v.Serving == v.Desired && v.Wanted == v.Desired && v.Stopping == 0, how, nil
}

func (t workers) outputs(c *tool.Call) (tool.Outputs, error) {
	v, err := t.Pool.Service(in(c).text("module"))
	if err != nil {
		return nil, final(err)
	}
	return tool.Outputs{"workers": int64(v.Wanted), "serving": int64(v.Serving)}, nil
}

func (t workers) Check(_ context.Context, c *tool.Call) (tool.Finding, error) {
	v, err := t.Pool.Service(in(c).text("module"))
	if err != nil {
		return tool.Finding{State: tool.NotDone, Reason: err.Error()}, nil
	}
	if lacks := t.ordered(c, v); lacks != "" {
		return tool.Finding{State: tool.NotDone, Reason: lacks}, nil
	}
	ok, how, err := t.settled(c)
	if err != nil || !ok {
		return tool.Finding{State: tool.Running, Reason: how}, nil // Run says what is wrong
	}
	out, err := t.outputs(c)
	return tool.Finding{State: tool.Done, Outputs: out, Reason: "the module has the orders"}, err
}

func (t workers) Plan(_ context.Context, c *tool.Call) (string, tool.Outputs, error) {
	v, err := t.Pool.Service(in(c).text("module"))
	if err != nil {
		return "", nil, err
	}
	var would []string
	shall := v.Wanted
	if mode, given := t.mode(c); given && !hasMode(v, mode) {
		would = append(would, "set its mode from "+string(v.Mode)+" to "+in(c).text("mode"))
	}
	if n, given := in(c).whole("workers"); given && manual(v) != n {
		what := fmt.Sprintf("set its workers from %d to %d", v.Wanted, n)
		if n == 0 {
			what = "let the policy say again how many workers it has"
		} else {
			shall = n
		}
		would = append(would, what)
	}
	if d := in(c).span("hold"); d > 0 {
		would = append(would, "hold its workers for "+d.String())
	}
	if in(c).truth("release") && v.Hold != nil {
		would = append(would, "take the hold back")
	}
	if would == nil {
		would = []string{"change nothing, as it has all that is asked for"}
	}
	return "module " + v.Module + ": would " + strings.Join(would, ", "), tool.Outputs{"workers": int64(shall), "serving": int64(shall)}, nil
}
