package balance

import (
	"fmt"
	"net/netip"

	"headroom/scaler/node/wire"
)

// commands are those by which a slot gets its target; nil: it shall have none. The last
// name that its agent is asked for is not in HAProxy's answers: said is what it was told.
//
// Their order matters. HAProxy asks the agent of a slot in maintenance too, and "ready"
// or "drain" from there end the maintenance: so a slot that is freed asks nobody first,
// and one that is filled asks its new agent last. "down" from an agent outlives the
// maintenance, so it is taken back for the next worker.
func (s slot) commands(backend string, t *target, said string) []string {
	c := commands{server: backend + "/" + s.name}
	switch {
	case t == nil:
		s.free(&c)
	case s.empty() || s.at != t.at():
		s.free(&c)
		c.set("addr %s port %d", t.ip, t.port)
		s.weigh(&c, t)
		if s.agent {
			c.set("agent up")
			c.agent(t.agentAt())
			c.set("agent-send %s", t.name())
		}
		c.set("state %s", stateOf(t))
	default:
		s.keep(&c, t, said)
	}
	return c.list
}

// commands is a list of them for one server.
type commands struct {
	server string
	list   []string
}

func (c *commands) set(format string, args ...any) {
	c.list = append(c.list, "set server "+c.server+" "+fmt.Sprintf(format, args...))
}

func (c *commands) agent(at netip.AddrPort) { c.set("agent-addr %s port %d", at.Addr(), at.Port()) }

// free takes the worker out of a slot.
func (s slot) free(c *commands) {
	if s.agent && s.agentAt.IsValid() && s.agentAt != nobody {
		c.agent(nobody)
	}
	if !s.empty() {
		c.set("state maint")
	}
}

// keep corrects what differs in a slot that has its worker. Where that has an agent,
// weight and state are the agent's to say, which knows them first.
func (s slot) keep(c *commands, t *target, said string) {
	if s.agent && s.agentAt != t.agentAt() {
		c.set("agent up")
		c.agent(t.agentAt())
	}
	if s.agent && said != t.name() {
		c.set("agent-send %s", t.name())
	}
	if s.agent && t.agentIP.IsValid() {
		return
	}
	s.weigh(c, t)
	if s.draining() != (t.state != wire.Ready) {
		c.set("state %s", stateOf(t))
	}
}

func (s slot) weigh(c *commands, t *target) {
	if s.weight != s.initial*t.weight/100 {
		c.set("weight %d%%", t.weight)
	}
}

func stateOf(t *target) string {
	if t.state == wire.Ready {
		return "ready"
	}
	return "drain"
}
