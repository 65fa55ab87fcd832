package heal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"headroom/alerting/alarm"
	"headroom/internal/config"
)

// Restarter restarts workers on a node, as the node daemon does.
type Restarter interface {
	// Restart returns once process of module runs anew on node, or ctx is done. An
	// empty process means all workers of the module there.
	Restart(ctx context.Context, node, module, process string) error
}

// Flows runs flows of changes.
type Flows interface {
	// Run starts a run and returns a sentence once it is over; an error says that it was
	// not started, has failed, or is not over when ctx is done. Another call with the same
	// heal waits for the same run.
	Run(ctx context.Context, f FlowRun) (told string, err error)
}

// FlowRun is a run that an alarm wants.
type FlowRun struct {
	Heal   string // id of the action
	Flow   string
	Inputs map[string]string // nil: what the flow takes of the target
	Target Target
	Alarm  string // id of the episode; empty: a person asks
	Who    string // the person
	Why    string
}

// job is one action under way.
type job struct {
	id     string
	rule   string
	action *action
	alarm  *alarm.Alarm // a copy; never nil
	target Target
	who    string

	restarter Restarter // nil: there is no node daemon
	flows     Flows     // nil: there are none
	client    *http.Client
	pause     time.Duration // before a webhook is asked again; doubles
}

var errTimeout = errors.New("it took longer than its timeout")

// run carries the action out within its timeout.
func (j *job) run(ctx context.Context) (output string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(j.action.Timeout), errTimeout)
	defer cancel()
	switch {
	case len(j.action.args) > 0:
		return j.command(ctx)
	case j.action.Webhook.URL != "":
		return j.webhook(ctx)
	case j.action.Flow.Name != "":
		return j.flow(ctx)
	}
	return "", j.restart(ctx)
}

// restart has the node daemon do it.
func (j *job) restart(ctx context.Context) error {
	if err := j.lacks(); err != nil {
		return err
	}
	t := j.workers()
	if err := j.restarter.Restart(ctx, t.Node, t.Module, t.Process); err != nil {
		return fmt.Errorf("restart %s: %w", t, err)
	}
	return nil
}

// workers are those that the node daemon restarts; no process: all of the module.
func (j *job) workers() Target {
	t := j.target
	if j.action.Kind == config.RestartWorkers {
		t.Process = ""
	}
	return t
}

// lacks tells what the node daemon would need to restart, and is not there.
func (j *job) lacks() error {
	switch t := j.workers(); {
	case len(j.action.args) > 0 || j.action.Webhook.URL != "":
		return nil
	case j.action.Flow.Name != "" && j.flows == nil:
		return errors.New("there are no flows here")
	case j.action.Flow.Name != "":
		return nil
	case j.restarter == nil:
		return errors.New("no node daemon is connected, and the action has neither command nor webhook")
	case t.Node == "" || t.Module == "":
		return fmt.Errorf("the alarm does not tell the node and the module (node %q, module %q)", t.Node, t.Module)
	case t.Process == "" && j.action.Kind == config.RestartProcess:
		return errors.New("the alarm does not tell the process")
	}
	return nil
}
