// Package builtin has the tools of flows that act on the server's side: on its mutes, the
// pool, queries, other servers and people. Those that act on nodes are in package
// nodetools.
//
// What the tools work with are small interfaces, which [Options] gathers. A call whose end
// nobody saw is looked for by the names that the call gave: a lease by its run, an order by
// what it has set, a restart by when it was asked for.
package builtin

import (
	"log/slog"
	"net/http"
	"time"

	"headroom/scaler/flow/tool"
)

// Options are what the tools work with.
type Options struct {
	Leases   Leases
	Pool     Pool
	Query    Querier
	Capacity Capacity // nil: nothing is known but what the pool knows

	// Commands are the patterns of the commands that may run on the server, read at
	// each call; see [Allowed]. None: no command may.
	Commands func() []string
	// Hook is where changes are reported to if a step does not say where.
	Hook func() Hook

	Client *http.Client     // nil: one of its own
	Now    func() time.Time // nil: time.Now
	Every  time.Duration    // how often something that is waited for is looked at; 0: half a second
	Logger *slog.Logger
}

// Source is that of the descriptions of these tools.
const Source = "built in"

// New returns all tools.
func New(o Options) []tool.Tool {
	if o.Client == nil {
		o.Client = NewClient()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Every == 0 {
		o.Every = 500 * time.Millisecond
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	tools := []tool.Tool{
		mute{o}, unmute{o}, nodeState{o}, workers{o}, restartWorkers{o}, poolNodes{o}, moduleFacts{o},
		waitPromQL{o}, request{o}, localCommand{o}, approval{}, webhook{o}, noOp{}, value{},
	}
	for _, h := range hooks {
		tools = append(tools, h)
	}
	return tools
}

// Parameters that many tools have.
var (
	moduleInput = tool.Parameter{Name: "module", Type: "module", Doc: "Id of the module, as shop/web.", Required: true}
	waitInput   = tool.Parameter{Name: "wait", Type: "bool", Doc: "Whether the step ends only once it is so.", Default: true}
)
