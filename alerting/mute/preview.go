package mute

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"headroom/alerting/alarm"
	"headroom/internal/calendar"
	"headroom/internal/faults"
	"headroom/storage/state"
)

// History has the alarms of the past.
type History interface {
	// Each calls f with the alarms of a query, the newest first, until f returns an
	// error, which it passes on.
	Each(ctx context.Context, q state.AlarmQuery, f func(*alarm.Alarm) error) error
}

// Try is what to preview: a mute or a silence, held against the past days.
type Try struct {
	Mute    *Request `json:"mute"`
	Silence *Silence `json:"silence"`
	Days    int      `json:"days"` // 0: 7
}

// Silence is one as Alertmanager's API has it. Only its matchers count here.
type Silence struct {
	ID        string          `json:"id"`
	Matchers  labels.Matchers `json:"matchers"`
	StartsAt  string          `json:"startsAt"`
	EndsAt    string          `json:"endsAt"`
	CreatedBy string          `json:"createdBy"`
	Comment   string          `json:"comment"`
}

// Limits of a preview.
const (
	MaxDays     = 90
	MaxEpisodes = 500_000 // that are looked at
	maxKinds    = 20
	maxExamples = 100
)

// Preview is what a mute would have hidden.
type Preview struct {
	From     time.Time      `json:"from"`
	To       time.Time      `json:"to"`
	Alarms   int            `json:"alarms"`   // looked at
	Matched  int            `json:"matched"`  // whenever they began
	Hidden   int            `json:"hidden"`   // from their beginning to their end
	Late     int            `json:"late"`     // hidden at first, and told when the mute ended
	Told     int            `json:"told"`     // of Hidden, those that people were told of
	Outcomes map[string]int `json:"outcomes"` // of Hidden, what became of them
	Kinds    []KindCount    `json:"kinds"`    // of Hidden, the most frequent ones
	Examples []Example      `json:"examples"` // hidden or late, the newest
	Cut      bool           `json:"cut"`      // there were more alarms than are looked at
	Next     []Span         `json:"next"`     // the next times at which a mute holds; none of a silence
}

// Span is a time at which a mute holds.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// nextSpans is how many of the next times are told.
const nextSpans = 5

// next returns the next times at which a mute holds, from now on and up to its end.
func (r *ready) next(now time.Time) []Span {
	limit := now.Add(foresight)
	if !r.To.IsZero() && r.To.Before(limit) {
		limit = r.To
	}
	at := now
	if at.Before(r.From) {
		at = r.From
	}
	spans := []Span{}
	for len(spans) < nextSpans && at.Before(limit) {
		end := r.calendar.Change(at, limit)
		if r.calendar.Contains(at) {
			spans = append(spans, Span{at, end})
		}
		at = end
	}
	return spans
}

// KindCount is how many alarms have an alertname.
type KindCount struct {
	Kind   string `json:"kind"`
	Alarms int    `json:"alarms"`
}

// Example is an alarm that would have been hidden.
type Example struct {
	ID      string        `json:"id"`
	Name    string        `json:"name"` // its labels
	Began   time.Time     `json:"began_at"`
	Ended   time.Time     `json:"ended_at"`
	Outcome alarm.Outcome `json:"outcome"`
	Until   time.Time     `json:"until"` // when it would have come out; Ended if it would not
}

// Preview holds a mute against the alarms that began in the past days, as if it
// had been in force all the time. The error is a [faults.List] of the request.
func (s *Mutes) Preview(ctx context.Context, now time.Time, try Try) (Preview, error) {
	m, err := try.read(s.opts.Location())
	if err != nil {
		return Preview{}, err
	}
	p := Preview{From: now.AddDate(0, 0, -try.Days), To: now, Outcomes: map[string]int{}, Examples: []Example{}, Next: []Span{}}
	if try.Mute != nil {
		p.Next = m.next(now)
	}
	kinds := map[string]int{}
	enough := errors.New("enough")
	err = s.opts.History.Each(ctx, state.AlarmQuery{From: p.From, To: p.To}, func(a *alarm.Alarm) error {
		if p.Alarms++; p.Alarms > MaxEpisodes {
			p.Alarms, p.Cut = MaxEpisodes, true
			return enough
		}
		if m.matchers.Matches(a.Labels) {
			p.add(a, m.calendar, now, kinds)
		}
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		return Preview{}, err
	}
	p.Kinds = mostFrequent(kinds)
	return p, nil
}

// read checks what is to be tried, and fills the days in.
func (t *Try) read(zone *time.Location) (m *ready, err error) {
	var bad faults.List
	if t.Days == 0 {
		t.Days = 7
	}
	if t.Days < 1 || t.Days > MaxDays {
		bad.Add("days", "want 1 to %d, got %d", MaxDays, t.Days)
	}
	switch {
	case (t.Mute == nil) == (t.Silence == nil):
		bad.Add("mute", "want either a mute or a silence")
	case t.Mute != nil:
		if m, err = t.Mute.read(zone); err != nil {
			bad = append(bad, err.(faults.List)...)
		}
	default:
		m, err = (&Request{Matchers: []string{t.Silence.Matchers.String()}}).read(zone)
		if err != nil {
			bad = append(bad, err.(faults.List)...)
		}
	}
	return m, bad.Err()
}

func (p *Preview) add(a *alarm.Alarm, times *calendar.Calendar, now time.Time, kinds map[string]int) {
	p.Matched++
	ended := a.EndsAt
	if !a.Ended || ended.Before(a.Received) || ended.After(now) {
		ended = cmp.Or(a.Closed, now)
	}
	if !times.Contains(a.Received) {
		return
	}
	until := times.Change(a.Received, ended)
	if until.Before(ended) {
		p.Late++
	} else {
		p.Hidden++
		p.Outcomes[string(a.Outcome)]++
		kinds[a.Kind()]++
		if a.Outcome == alarm.Notified {
			p.Told++
		}
	}
	if len(p.Examples) < maxExamples {
		p.Examples = append(p.Examples, Example{a.ID, a.Labels.String(), a.Received, ended, a.Outcome, until})
	}
}

func mostFrequent(kinds map[string]int) []KindCount {
	list := []KindCount{}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		list = append(list, KindCount{kind, kinds[kind]})
	}
	slices.SortStableFunc(list, func(a, b KindCount) int { return b.Alarms - a.Alarms })
	return list[:min(len(list), maxKinds)]
}
