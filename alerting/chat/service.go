package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"headroom/alerting/alarm"
	"headroom/alerting/heal"
	"headroom/analytics"
	"headroom/internal/config"
	"headroom/internal/drain"
	"headroom/storage/audit"
	"headroom/storage/fleet"
	"headroom/storage/state"
)

// Capacity answers what the load is.
type Capacity interface {
	// Snapshot returns the newest table, nil before the first.
	Snapshot() *analytics.Snapshot
}

// Book has the open alarms.
type Book interface {
	// Open returns copies of them, the oldest first.
	Open() []*alarm.Alarm
	// Ack says that a person has taken one on, until a time or (zero) until it is over.
	Ack(ctx context.Context, id, who, why string, until time.Time) error
	// Unack says that nobody has taken it on any more.
	Unack(ctx context.Context, id, who, why string) error
}

// Mutes silences alarms.
type Mutes interface {
	// Silence mutes the alarms that match until a time, and returns the mute's id.
	Silence(ctx context.Context, match labels.Matchers, until time.Time, who, why string) (string, error)
}

// Healer restarts workers.
type Healer interface {
	// Restart returns, once it is done, a sentence that tells what was.
	Restart(ctx context.Context, t heal.Target, who, why string) (string, error)
}

// Flows starts flows of changes.
type Flows interface {
	// Run starts one and returns a sentence that tells what was started.
	Run(ctx context.Context, r FlowRun) (string, error)
}

// Hider is what [Flows] may be, too: it tells which inputs of a flow nobody may read.
type Hider interface {
	Hides(flow, input string) bool
}

// FlowRun is a run that a person asks for.
type FlowRun struct {
	Flow  string
	Words []string // after the flow's name
	Who   string
	// May tells whether a node of the business tree is the person's; nil: all are.
	May func(path fleet.Path) bool
}

// Store keeps what was asked and answered.
type Store interface {
	// Begin writes a request down; [state.ErrAskedBefore] if it is there.
	Begin(ctx context.Context, c state.ChatCommand) error
	Finish(ctx context.Context, request string, at time.Time, result, answer string) error
}

// Options wire a [Service].
type Options struct {
	Config config.Chat
	Store  Store
	Grants Grants    // nil: none beside the configuration's
	Audit  audit.Log // nil: none

	Capacity Capacity
	Alarms   Book
	Mutes    Mutes
	Healer   Healer
	Flows    Flows    // nil: there are none
	Requests Requests // nil: there are none
	Finder   Finder   // nil: nothing can be searched for

	Location *time.Location // in which times are told
	Now      func() time.Time
	Logger   *slog.Logger

	Registerer prometheus.Registerer
}

// Service does what people ask for. Its methods may be called from many goroutines.
type Service struct {
	Options
	people  people
	secrets secrets
	hooks   string                 // where late answers to Slack may go
	asked   *prometheus.CounterVec // by chat, verb and result
	refused *prometheus.CounterVec // by chat and reason

	ctx    context.Context // of commands that outlive their request
	cancel context.CancelFunc
	work   sync.WaitGroup
	later  chan struct{} // holds a token for each of them
}

// maxLater is how many commands may be under way at a time.
const maxLater = 20

// New returns a service. A secret that cannot be read is an error.
func New(o Options) (*Service, error) {
	s := &Service{Options: o, later: make(chan struct{}, maxLater), hooks: slackHooks}
	var err error
	if s.people, err = peopleOf(o.Config.Users); err != nil {
		return nil, err
	}
	if s.secrets, err = secretsOf(o.Config); err != nil {
		return nil, err
	}
	f := promauto.With(o.Registerer)
	s.asked = f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_alarm_chat_commands_total", Help: "Commands by chat, by what came of them."}, []string{"chat", "verb", "result"})
	s.refused = f.NewCounterVec(prometheus.CounterOpts{Name: "headroom_alarm_chat_refused_total", Help: "Requests by chat that were refused before they were read, by reason."}, []string{"chat", "reason"})
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Close waits for the commands under way until ctx is done, then gives them up.
func (s *Service) Close(ctx context.Context) {
	drain.Close(ctx, &s.work, s.cancel)
}

// Request is what somebody wrote.
type Request struct {
	ID   string // the same if it is sent again
	Chat string // slack, wecom or webhook
	User string // who they are there
	Text string
}

// Answer is what they are told.
type Answer struct {
	Text   string
	Public bool // for all in the chat to see: something was done
}

// What came of a command.
const (
	done    = "done"
	refused = "refused" // they may not, or it cannot be understood
	failed  = "failed"
)

// errRefused marks errors that are the asker's.
type errRefused struct{ error }

// Refused marks an error of [Requests] or [Flows] that is the asker's: they are told it as
// it is.
func Refused(err error) error { return errRefused{err} }

func refuse(format string, args ...any) error { return errRefused{fmt.Errorf(format, args...)} }

// Do does what a person asks for and returns their answer. The error is
// [state.ErrAskedBefore] if it was asked before; any other means that nothing was
// done since it could not be written down.
func (s *Service) Do(ctx context.Context, r Request) (Answer, error) {
	identity := r.Chat + ":" + r.User
	p, known := s.people[identity]
	cmd, err := Parse(r.Text)
	begin := state.ChatCommand{Request: r.ID, At: s.Now(), Chat: identity, Who: p.name, Verb: cmd.Verb, Text: shorten(s.hides(cmd).Replace(r.Text), maxText)}
	if err := s.Store.Begin(ctx, begin); err != nil {
		return Answer{}, err
	}
	if known && cmd.Writes() {
		p = s.granted(p)
	}
	text := ""
	switch {
	case !known:
		err = refuse("I do not know you. Whoever runs Headroom can let you in: alerting.chat.users takes {chat: %q, name: …, role: viewer}", identity)
	case err != nil:
		err = errRefused{err}
	case cmd.Writes() && !p.operator:
		err = refuse("%s may look but not change anything; to %s takes the role operator", p.name, cmd.Verb)
	default:
		text, err = s.do(ctx, p, cmd)
	}
	answer, result := Answer{Text: text, Public: cmd.Writes() && err == nil}, done
	var mine errRefused
	switch {
	case errors.As(err, &mine):
		answer.Text, result = err.Error(), refused
	case err != nil:
		answer.Text, result = fmt.Sprintf("%s: that failed: %v", p.name, err), failed
	}
	verb := cmd.Verb
	if verb == "" {
		verb = "unknown"
	}
	s.asked.WithLabelValues(r.Chat, verb, result).Inc()
	if err := s.Store.Finish(context.WithoutCancel(ctx), r.ID, s.Now(), result, answer.Text); err != nil {
		s.Logger.Error("an answer by chat is not written down", "request", r.ID, "err", err)
	}
	s.record(ctx, p, cmd, r, result, answer.Text)
	if cmd.Writes() {
		s.Logger.Info("asked by chat", "who", p.name, "chat", identity, "verb", cmd.Verb, "about", shorten(s.hides(cmd).Replace(r.Text), 100), "result", result)
	}
	return answer, nil
}

// do does what they may.
func (s *Service) do(ctx context.Context, p person, c Command) (string, error) {
	switch c.Verb {
	case Status:
		return s.status(p, c)
	case Warnings:
		return s.warnings(p, c)
	case Alarms:
		return s.alarms(p, c)
	case Ack:
		return s.ack(ctx, p, c)
	case Unack:
		return s.unack(ctx, p, c)
	case Mute:
		return s.mute(ctx, p, c)
	case Restart:
		return s.restart(ctx, p, c)
	case Run:
		return s.run(ctx, p, c)
	case Find:
		return s.search(ctx, p, c)
	case ListRequests:
		return s.requests(ctx, p, c)
	case ShowRequest:
		return s.request(ctx, p, c)
	case Approve, Reject:
		return s.decide(ctx, p, c)
	}
	return helpText, nil
}

const helpText = `status MODULE – its load, what is normal, today's peak, what rings
warnings [PATH] – the modules that deviate
alarms [PATH] – what rings
ack ID|MODULE [2h] [reason] – take it on: it is not repeated
unack ID|MODULE [reason] – give it back: who was told is told again
mute MODULE|matchers 1h [reason] – be quiet about it
restart MODULE [NODE] [reason] – restart its workers
run FLOW [MODULE] [input=value …] [reason] – start a flow
find WORDS – modules, runbooks and alarms that have all of them
requests [PATH] – what people asked for that is under way
request ID – one of them, with its checks and its history
approve ID [reason], reject ID reason – decide it
A module is named by its path, as Qzone/WNS/dispatch/SET_W13, or by its last name.`
