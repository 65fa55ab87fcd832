package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/analytics/season"
	"headroom/storage/state"
)

// Alarms answers what became of alarms.
type Alarms interface {
	// Each calls f with the alarms of a query, the newest first, until f returns an
	// error, which it passes on.
	Each(ctx context.Context, q state.AlarmQuery, f func(*alarm.Alarm) error) error
	// Load returns an alarm; [state.ErrNoAlarm] if there is none.
	Load(ctx context.Context, id string) (*alarm.Alarm, error)
	// Count counts the alarms of a query by some of [state.AlarmColumns]. Days are
	// those of a zone that is offset ahead of UTC.
	Count(ctx context.Context, q state.AlarmQuery, offset time.Duration, by ...string) ([]state.AlarmCount, error)
	// Ack says that a person has taken an alarm on, until a time or (zero) until it is
	// over; [alerting.ErrNotOpen] if it is.
	Ack(ctx context.Context, id, who, why string, until time.Time) error
	// Unack says that nobody has taken it on any more; [alerting.ErrNotOpen] if it is over.
	Unack(ctx context.Context, id, who, why string) error
}

// alarmData is an alarm in a list.
type alarmData struct {
	ID           string            `json:"id"`
	Kind         string            `json:"kind"`
	Severity     string            `json:"severity"`
	Labels       model.LabelSet    `json:"labels"`
	Annotations  model.LabelSet    `json:"annotations"`
	Source       string            `json:"source"`
	GeneratorURL string            `json:"generator_url"`
	Path         string            `json:"path"`
	Node         string            `json:"node"`
	Process      string            `json:"process"`
	Owner        string            `json:"owner"`
	Runbook      string            `json:"runbook"`
	Components   []alarm.Component `json:"components"`
	Changes      []string          `json:"changes"`
	Facts        map[string]string `json:"facts"`
	StartsAt     time.Time         `json:"starts_at"`
	EndsAt       *time.Time        `json:"ends_at"` // null while it fires
	ReceivedAt   time.Time         `json:"received_at"`
	ClosedAt     *time.Time        `json:"closed_at"` // null while something may still happen to it
	Outcome      alarm.Outcome     `json:"outcome"`
	Stage        string            `json:"stage"`
	By           string            `json:"by"`
	Reason       string            `json:"reason"`
	AckedAt      *time.Time        `json:"acked_at"`
	AckedBy      string            `json:"acked_by"`
	AckedUntil   *time.Time        `json:"acked_until"` // null: until it is over
	Cause        *alarm.Cause      `json:"cause"`
}

func (s *Server) alarmData(a *alarm.Alarm, language string) alarmData {
	d := alarmData{
		ID: a.ID, Kind: a.Kind(), Severity: a.Severity(), Labels: a.Labels, Annotations: a.Annotations, Source: a.Source,
		GeneratorURL: a.GeneratorURL, Path: a.Facts.Path.ID(), Node: a.Facts.Node, Process: a.Facts.Process, Owner: a.Facts.Owner,
		Runbook: a.Facts.Runbook, Components: orEmpty(a.Facts.Components), Changes: orEmpty(a.Facts.Changes), Facts: sayPairs(language, a.Facts.More),
		StartsAt: a.StartsAt.In(s.Location), ReceivedAt: a.Received.In(s.Location), ClosedAt: s.timeOrNull(a.Closed),
		Outcome: a.Outcome, Stage: a.Stage, By: a.By, Reason: a.Reason, AckedAt: s.timeOrNull(a.Acked), AckedBy: a.AckedBy, AckedUntil: s.timeOrNull(a.AckedUntil), Cause: a.Cause,
	}
	if d.Annotations == nil {
		d.Annotations = model.LabelSet{}
	}
	if d.Facts == nil {
		d.Facts = map[string]string{}
	}
	if a.Ended {
		d.EndsAt = s.timeOrNull(a.EndsAt)
	}
	return d
}

func (s *Server) timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(s.Location)
	return &t
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// alarmQuery reads which alarms are asked for.
func (s *Server) alarmQuery(p *params) state.AlarmQuery {
	q := state.AlarmQuery{
		From: p.time("from"), To: p.time("to"), Path: p.path("path").ID(), Kind: p.text("kind"), Node: p.text("node"),
		Severity: p.text("severity"), Source: p.text("source"), Search: p.text("search"), Outcome: p.text("outcome"), Without: p.text("without"),
	}
	if open := p.flag("open"); open != nil {
		q.Open = *open
	}
	for _, name := range []string{"outcome", "without"} {
		if v := p.text(name); v != "" && !slices.Contains(alarm.Outcomes, alarm.Outcome(v)) {
			p.fault(name, fmt.Errorf("want one of %v", alarm.Outcomes))
		}
	}
	return q
}

// alarmList is a page of alarms, the newest first.
type alarmList struct {
	Alarms []alarmData `json:"alarms"`
	More   bool        `json:"more"` // there are older ones
}

func (s *Server) alarms(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	q := s.alarmQuery(p)
	limit := p.limit()
	q.Offset = p.whole("offset", 0, 10_000_000)
	if p.err != nil {
		return nil, p.err
	}
	q.Limit = limit + 1
	list := alarmList{Alarms: []alarmData{}}
	err := s.Alarms.Each(c.Request.Context(), q, func(a *alarm.Alarm) error {
		if list.More = len(list.Alarms) == limit; !list.More {
			list.Alarms = append(list.Alarms, s.alarmData(a, tongue(c)))
		}
		return nil
	})
	return list, err
}

// alarmDetail is an alarm with all that happened to it.
type alarmDetail struct {
	alarmData
	Trail []alarm.Event `json:"trail"`
}

func (s *Server) alarm(c *gin.Context) (any, error) {
	a, err := s.Alarms.Load(c.Request.Context(), c.Param("alarm"))
	if err != nil {
		return nil, err
	}
	d := alarmDetail{s.alarmData(a, tongue(c)), a.Trail}
	for i := range d.Trail {
		d.Trail[i].At = d.Trail[i].At.In(s.Location)
	}
	return d, nil
}

// maxReason is how long a sentence of a person may be, in bytes.
const maxReason = 1000

// said is what a person says with what they do.
type said struct {
	Reason string `json:"reason"`
	Who    string `json:"who"` // counts where nobody has to log in
}

// saying reads what a person says, who may also say nothing, and who they are.
func (s *Server) saying(c *gin.Context) (who, why string, err error) {
	var body said
	err = readSaid(c, &body, &body)
	return s.actor(c, body.Who), strings.TrimSpace(body.Reason), err
}

// readSaid reads a body, which may be missing, in which a person says something.
func readSaid(c *gin.Context, into any, body *said) error {
	if c.Request.ContentLength != 0 {
		if err := readJSON(c, into); err != nil {
			return err
		}
	}
	if n := max(len(body.Reason), len(body.Who)); n > maxReason {
		return &Error{tooLarge, errorf("the reason or the name has %d bytes; it may have up to %d", n, maxReason)}
	}
	return nil
}

// taking is what a person says who takes an alarm on: until when, or for how long.
type taking struct {
	said
	Until time.Time `json:"until"`
	For   string    `json:"for"` // as 2h
}

// end is when it is over; zero: with the alarm.
func (t taking) end(now time.Time) (time.Time, error) {
	until := t.Until
	if t.For != "" {
		d, err := model.ParseDuration(t.For)
		if err != nil || !until.IsZero() {
			return until, &Error{badData, errorf("for %q: want a length of time, as 2h, and no until", t.For)}
		}
		until = now.Add(time.Duration(d))
	}
	if !until.IsZero() && (!until.After(now) || until.Sub(now) > alarm.MaxAck) {
		return until, &Error{badData, errorf("until %s: want a time from now on, at most %s off", until.Format(time.RFC3339), model.Duration(alarm.MaxAck))}
	}
	return until, nil
}

// acknowledge says that who asks has taken an alarm on.
func (s *Server) acknowledge(c *gin.Context) (any, error) {
	var body taking
	if err := readSaid(c, &body, &body.said); err != nil {
		return nil, err
	}
	until, err := body.end(s.Now())
	if err != nil {
		return nil, err
	}
	if err := s.Alarms.Ack(c.Request.Context(), c.Param("alarm"), s.actor(c, body.Who), strings.TrimSpace(body.Reason), until); err != nil {
		return nil, err
	}
	return s.alarm(c)
}

// giveBack says that nobody has taken an alarm on any more.
func (s *Server) giveBack(c *gin.Context) (any, error) {
	who, why, err := s.saying(c)
	if err != nil {
		return nil, err
	}
	if err := s.Alarms.Unack(c.Request.Context(), c.Param("alarm"), who, why); err != nil {
		return nil, err
	}
	return s.alarm(c)
}

// alarmCount is how many alarms are alike in what was asked for.
type alarmCount struct {
	Values map[string]string `json:"values"`
	Alarms int               `json:"alarms"`
}

// alarmStats counts alarms by some of their properties.
func (s *Server) alarmStats(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	q := s.alarmQuery(p)
	by := strings.Split(p.text("by"), ",")
	if p.text("by") == "" {
		by = []string{"outcome"}
	}
	for i, name := range by {
		if !slices.Contains(state.AlarmColumns, name) || slices.Contains(by[:i], name) {
			p.fault("by", fmt.Errorf("want some of %s, with commas between them", strings.Join(state.AlarmColumns, ", ")))
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	_, offset := time.Now().In(s.Location).Zone()
	counts, err := s.Alarms.Count(c.Request.Context(), q, time.Duration(offset)*time.Second, by...)
	if err != nil {
		return nil, err
	}
	out := make([]alarmCount, len(counts))
	for i, n := range counts {
		out[i] = alarmCount{Values: map[string]string{}, Alarms: n.Alarms}
		for j, name := range by {
			out[i].Values[name] = s.statValue(name, n.Values[j])
		}
	}
	return out, nil
}

// quarter is a time of day by which alarms can be counted.
const quarter = 15 * time.Minute

// statValue writes a day as YYYY-MM-DD, and a quarter of an hour as the time it begins.
func (s *Server) statValue(name, value string) string {
	n, err := strconv.Atoi(value)
	switch {
	case err != nil:
	case name == "day":
		return season.Date(n)
	case name == "quarter":
		return time.Unix(0, 0).Add(time.Duration(n) * quarter).In(s.Location).Format(time.RFC3339)
	}
	return value
}
