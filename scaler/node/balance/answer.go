package balance

import (
	"fmt"
	"strings"

	"headroom/scaler/node/wire"
)

// Answer is what an agent says of a worker.
type Answer struct {
	Port    int // of the worker: the other name that it goes by
	State   wire.State
	Percent int    // of its full share of the work, 0 … 100
	Reason  string // why it is not ready, for HAProxy's log and page
}

// hasPort tells whether the worker may listen at its port by now. One that has ended is
// listed for a while, and another may have its port meanwhile.
func (a Answer) hasPort() bool {
	switch a.State {
	case wire.Stopped, wire.Refused, wire.Backoff:
		return false
	}
	return true
}

// Line is the answer to an agent check, without the line's end. It always holds
// "ready" where the worker shall get work: only that brings back a server that was
// drained before. There is a blank before the reason, without which HAProxy ignores
// the answer.
func (a Answer) Line() string {
	switch {
	case a.State == wire.Draining, a.State == wire.Ready && a.Percent <= 0:
		return "drain"
	case a.State == wire.Ready:
		return fmt.Sprintf("ready up %d%%", min(a.Percent, 100))
	}
	return "down #" + plain(string(a.State)+" "+a.Reason)
}

const longestReason = 120 // bytes; HAProxy reads an answer into one buffer

// plain makes one short line of printable ASCII.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '#' {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	return text[:min(len(text), longestReason)]
}
