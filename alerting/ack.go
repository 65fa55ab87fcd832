package alerting

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"headroom/alerting/alarm"
)

// ErrNotOpen means that no open alarm has the id that was asked for.
var ErrNotOpen = errors.New("no such alarm is open")

// Ack says that a person has taken an alarm on, until a time or (zero) until it is
// over: it is not repeated meanwhile. One that somebody has taken on already is only
// taken on again with another end.
func (p *Pipeline) Ack(ctx context.Context, id, who, why string, until time.Time) error {
	now := p.opts.Now()
	p.mu.Lock()
	a := p.book.byID[id]
	if a != nil && (a.Acked.IsZero() || !a.AckedUntil.Equal(until)) {
		a.Acked, a.AckedBy, a.AckedUntil = now, who, until
		a.Note(alarm.Event{At: now, Stage: "receive", What: alarm.Acked, By: who, Reason: ackReason(why, until)})
		p.touched[a] = true
		p.collect(a)
	}
	p.mu.Unlock()
	if a == nil {
		return fmt.Errorf("acknowledge %q: %w", id, ErrNotOpen)
	}
	p.Wake()
	return p.save(ctx)
}

// Unack says that nobody has taken an alarm on any more, before its time is up. One that
// still fires is then as if that had ended by itself; one that nobody had taken on stays so.
func (p *Pipeline) Unack(ctx context.Context, id, who, why string) error {
	now := p.opts.Now()
	p.mu.Lock()
	a := p.book.byID[id]
	fires := a != nil && a.Firing(now)
	if fires && !a.Acked.IsZero() {
		reason := cmp.Or(who, "somebody") + " gave it back, and it still fires: whoever was told is told again"
		if why != "" {
			reason += ": " + why
		}
		p.touched[a] = true
		free(a, now, who, reason)
		p.collect(a)
	}
	p.mu.Unlock()
	if !fires {
		return fmt.Errorf("give back %q: %w", id, ErrNotOpen)
	}
	p.Wake()
	return p.save(ctx)
}

func ackReason(why string, until time.Time) string {
	switch {
	case until.IsZero():
		return why
	case why == "":
		return "until " + writeEnd(until)
	}
	return "until " + writeEnd(until) + ": " + why
}

func writeEnd(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// ackOver tells whether the time is up until which an alarm that fires was taken on.
func ackOver(a *alarm.Alarm, now time.Time) bool {
	return !a.AckedUntil.IsZero() && !a.AckedUntil.After(now) && a.Firing(now)
}

// endAck takes back an acknowledgement whose time is up.
func endAck(a *alarm.Alarm, now time.Time) {
	if !ackOver(a, now) {
		return
	}
	reason := fmt.Sprintf("%s had taken it on until %s, and it still fires: whoever was told is told again", cmp.Or(a.AckedBy, "somebody"), writeEnd(a.AckedUntil))
	free(a, now, a.AckedBy, reason)
}

// free takes back an acknowledgement. Those who tell people find the alarm as one that
// nobody has taken on, and the event in its trail.
func free(a *alarm.Alarm, now time.Time, by, reason string) {
	a.Note(alarm.Event{At: now, Stage: "receive", What: alarm.AckOver, By: by, Reason: reason})
	a.Acked, a.AckedBy, a.AckedUntil = time.Time{}, "", time.Time{}
}
