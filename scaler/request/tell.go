package request

import (
	"context"
	"fmt"
	"strings"
	"time"

	"headroom/storage/state"
)

// Message tells of one step of a request.
type Message struct {
	Version string  `json:"version"` // "1"
	Key     string  `json:"key"`     // names the message: the same if it is sent again
	Event   string  `json:"event"`   // what happened, as in the history
	Title   string  `json:"title"`
	Text    string  `json:"text"`
	To      string  `json:"to"` // whom it concerns
	Step    Step    `json:"step"`
	Request Request `json:"request"`
}

// Teller tells people.
type Teller interface {
	// Name names the way, as in metrics.
	Name() string
	// Tell returns nil once the message has arrived. It may be told again.
	Tell(ctx context.Context, m Message) error
}

// giveUp is how old a step may become before nobody is told of it any more.
const giveUp = 24 * time.Hour

// outbox is what Tell remembers of messages that have not arrived everywhere.
type outbox struct {
	tries   pauses          // by message and way
	arrived map[string]bool // likewise
}

func newOutbox() outbox { return outbox{pauses{}, map[string]bool{}} }

// downAfter is after how many messages that fail a way is held for closed in a round:
// one that does not answer must not keep the others.
const downAfter = 2

// Tell tells of the steps that people were not told of yet, those of a request in
// their order. What does not arrive is tried again, up to a day.
func (b *Book) Tell(ctx context.Context) error {
	b.telling.Lock()
	defer b.telling.Unlock()
	now := b.clock()
	rows, err := b.DB.Find(ctx, state.RequestQuery{Untold: true})
	if err != nil {
		return err
	}
	failed := map[string]int{} // by way
	for _, row := range rows {
		r, err := requestOf(row)
		if err != nil {
			return err
		}
		if told := b.tellOf(ctx, b.shown(r), now, failed); told > r.told {
			if err := b.DB.Told(ctx, r.number, told); err != nil {
				return err
			}
		}
	}
	b.outbox.tries.forget(now)
	return nil
}

// tellOf returns of how many steps of a request everybody is told then.
func (b *Book) tellOf(ctx context.Context, r Request, now time.Time, failed map[string]int) int {
	for n := r.told; n < len(r.History); n++ {
		m, all, tellers := messageOf(r, n), true, *b.tellers.Load()
		for _, t := range tellers {
			all = b.send(ctx, t, m, now, failed) && all
		}
		if !all {
			return n
		}
		for _, t := range tellers {
			delete(b.outbox.arrived, m.Key+" "+t.Name())
		}
	}
	return len(r.History)
}

// send sends a message by one way. False: it is to be sent again.
func (b *Book) send(ctx context.Context, t Teller, m Message, now time.Time, failed map[string]int) bool {
	way := t.Name()
	key, old := m.Key+" "+way, now.Sub(m.Step.At) >= giveUp
	switch {
	case b.outbox.arrived[key]:
		return true
	case !b.outbox.tries.due(key, now), failed[way] >= downAfter && !old:
		return false
	}
	err := t.Tell(ctx, m)
	switch {
	case err == nil:
		b.metrics.told.WithLabelValues(way, "delivered").Inc()
		b.outbox.arrived[key] = true
		return true
	case ctx.Err() != nil:
		return false
	}
	failed[way]++
	if old {
		b.metrics.told.WithLabelValues(way, "given_up").Inc()
		b.Logger.Error("a request's step could not be told, and is not any more", "message", m.Key, "by", way, "err", err)
		return true
	}
	b.metrics.told.WithLabelValues(way, "failed").Inc()
	b.Logger.Warn("a request's step could not be told; trying again", "message", m.Key, "by", way, "err", err)
	b.outbox.tries.postpone(key, now)
	return false
}

// messageOf tells of a step.
func messageOf(r Request, n int) Message {
	s := r.History[n]
	m := Message{Version: "1", Key: fmt.Sprintf("%s.%d", r.ID, n+1), Event: s.What, Step: s, Request: r, To: r.Who}
	m.Title = fmt.Sprintf("Request %s %s: %s", r.ID, happened(s), r.Title)
	if s.State == Open {
		m.To = r.Approvers.words()
	}
	lines := []string{"asked by " + r.Who + ": " + r.Why}
	if s.What != "open" {
		lines = append(lines, strings.TrimSuffix(s.What+" by "+s.Who+": "+s.Why, ": "))
	}
	for _, c := range r.Checks {
		verdict := "yes"
		if !c.OK {
			verdict = "no"
		}
		lines = append(lines, c.Name+": "+verdict+", "+c.Says)
	}
	if s.State == Open {
		lines = append(lines, "can be approved by "+r.Approvers.words())
	}
	m.Text = strings.Join(lines, "\n")
	return m
}

// happened says what a step was.
func happened(s Step) string {
	switch s.What {
	case "open":
		return "is open"
	case "comment":
		return "was commented on"
	case "approve":
		if s.State == Open {
			return "was approved by one of several"
		}
	case "deliver":
		if s.State == Approved {
			return "gets its machines"
		}
	}
	switch s.State {
	case Running:
		return "is under way"
	case Failed:
		return "has failed"
	}
	return "is " + string(s.State)
}
