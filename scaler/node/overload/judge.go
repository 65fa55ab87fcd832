package overload

import (
	"fmt"
	"math"
	"time"

	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

const (
	unreadShare    = 0.5  // of connections, above which reading is behind
	unreadGrowth   = 2    // slices in a row in which the unread bytes must grow
	throttledShare = 0.25 // of the quota's periods, above which the quota is to blame
)

// verdict is what one slice says of a worker.
type verdict int

const (
	unknown verdict = iota
	good
	bad
)

func newMemory(pid int) *memory { return &memory{pid: pid, had: math.NaN()} }

// take counts one slice, unless it was counted before.
func (m *memory) take(s worker.Slice, limits wire.Overload) {
	if !s.At.After(m.at) {
		return
	}
	m.at = s.At
	m.follow(s.Unread)
	is, cause, reason := m.judge(s, limits)
	switch is {
	case bad:
		m.bad, m.good = m.bad+1, 0
		m.cause, m.reason, m.latency = cause, reason, m.waited(s)
	case good:
		m.bad, m.good = 0, m.good+1
	}
}

// follow counts for how many slices in a row the unread bytes have grown.
func (m *memory) follow(unread float64) {
	if unread > m.had {
		m.grew++
	} else {
		m.grew = 0
	}
	m.had = unread
}

// judge says what a slice shows, after follow has seen it.
func (m *memory) judge(s worker.Slice, limits wire.Overload) (verdict, Cause, string) {
	target := time.Duration(limits.Latency).Seconds()
	latency := m.waited(s)
	slow := target > 0 && latency > target
	switch {
	case slow && s.ThrottledShare > throttledShare:
		return bad, Quota, fmt.Sprintf("latency %s > %s, and the service's quota was used up in %.0f %% of its periods",
			seconds(latency), seconds(target), 100*s.ThrottledShare)
	case slow && s.Requests == 0:
		return bad, Latency, fmt.Sprintf("no answer in %s, %.0f requests wait", seconds(latency), s.Pending)
	case slow:
		return bad, Latency, fmt.Sprintf("latency %s > %s", seconds(latency), seconds(target))
	case s.UnreadShare > unreadShare && m.grew >= unreadGrowth:
		return bad, Unread, fmt.Sprintf("%.0f %% of its connections hold unread bytes, %.0f in all and growing",
			100*s.UnreadShare, s.Unread)
	case !math.IsNaN(latency):
		return good, None, ""
	}
	return unknown, None, ""
}

// waited is how long requests took in a slice. Where none was answered that is nothing
// if none waits, and at least the slice if one waited all along. A worker that is out
// gets no new ones: what waits there may be a connection that never gets an answer, and
// must not keep it out for good.
func (m *memory) waited(s worker.Slice) float64 {
	switch {
	case s.Requests != 0: // or NaN
		return s.Latency
	case m.step == out, !(s.Pending > 0):
		return 0
	case s.Pending >= 1:
		return s.Length.Seconds()
	}
	return math.NaN()
}

// seconds writes a number of them as a duration, to a tenth of a millisecond.
func seconds(s float64) string {
	if s > 1e6 {
		return "endless"
	}
	return time.Duration(s * float64(time.Second)).Round(100 * time.Microsecond).String()
}
