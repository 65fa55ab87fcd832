package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/analytics/backtest"
	"headroom/analytics/season"
)

// Backtests replays what is stored of the nodes.
type Backtests interface {
	// Run calls step after each node, never twice at once; an error of it ends
	// the run. While another run is under way it returns [backtest.ErrBusy].
	Run(ctx context.Context, q backtest.Query, step func(backtest.Step) error) (*backtest.Result, error)
}

// Days that are read unless asked for others. Growth learns from 60 of them.
const (
	backtestDays       = 60
	growthBacktestDays = 120
)

// backtestLine tells how far a backtest has come.
type backtestLine struct {
	Status string `json:"status"` // running
	Done   int    `json:"done"`
	Total  int    `json:"total"`
	Series string `json:"series"`
	Rows   string `json:"rows,omitempty"` // CSV, if asked for
}

// backtest answers line by line, so that the asker sees how far it is: a
// backtestLine after each node, and at last the usual answer. It ends when the
// connection does.
func (s *Server) backtest(c *gin.Context) {
	q, err := s.backtestQuery(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	ctx, cancel := context.WithCancel(c.Request.Context())
	defer cancel()
	go func() {
		select {
		case <-s.closed: // a shutdown does not wait for it
			cancel()
		case <-ctx.Done():
		}
	}()
	lines := &lineStream{c: c}
	result, err := s.Backtests.Run(ctx, q, func(step backtest.Step) error {
		return lines.send(backtestLine{"running", step.Done, step.Total, step.Series, string(step.Rows)})
	})
	switch {
	case err == nil:
		err = lines.send(success{"success", result})
	case !lines.begun:
		s.fail(c, err)
		return
	default:
		e := classify(err)
		err = errors.Join(err, lines.send(failure{"error", e.Kind, e.Error()}))
	}
	if err != nil {
		s.Logger.Debug("a backtest ended early", "err", err)
	}
}

// lineStream writes JSON line by line.
type lineStream struct {
	c     *gin.Context
	begun bool
}

func (l *lineStream) send(v any) error {
	b, err := marshal(v)
	if err != nil {
		return err
	}
	if !l.begun {
		l.c.Header("Content-Type", "application/x-ndjson")
		l.c.Header("Cache-Control", "no-store")
		l.c.Header("X-Accel-Buffering", "no") // nginx would hold lines back
		l.c.Status(http.StatusOK)
		l.begun = true
	}
	control := http.NewResponseController(l.c.Writer)
	// A line with rows may be many megabytes.
	if err := control.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errorf("set the time limit of a line: %w", err)
	}
	if _, err := l.c.Writer.Write(b); err != nil {
		return err
	}
	return control.Flush()
}

// backtestQuery reads the parameters.
func (s *Server) backtestQuery(c *gin.Context) (q backtest.Query, err error) {
	t, err := s.table(c.Request.Context(), "")
	if err != nil {
		return q, err
	}
	p := &params{Values: c.Request.URL.Query()}
	levels := t.snap.Levels
	level := p.oneOf("level", levels[len(levels)-1], levels...)
	q = backtest.Query{Options: p.backtest(s.Location), Path: p.path("path"), Depth: slices.Index(levels, level), Limit: max(p.count("limit"), 0)}
	if p.err == nil && len(q.Path) > 0 && t.snap.Find(q.Path.ID()) < 0 {
		p.fault("path", noNode(t.snap, q.Path.ID()))
	}
	if rows := p.flag("rows"); rows != nil {
		q.Rows = *rows
	}
	today, _ := season.NewCalendar(s.Location).Split(t.snap.At.Unix())
	days := map[bool]int{true: growthBacktestDays, false: backtestDays}[q.Task == backtest.Growth]
	q.To = p.day("to", today-1)
	q.From = p.day("from", q.To-days+1)
	if p.err != nil {
		return q, p.err
	}
	if err := q.Validate(); err != nil {
		return q, &Error{badData, err}
	}
	return q, nil
}

// backtest reads what is replayed, and how.
func (p *params) backtest(loc *time.Location) backtest.Options {
	o := backtest.DefaultOptions()
	o.Location = loc
	tasks := make([]string, 0, 4)
	for _, t := range backtest.Tasks() {
		tasks = append(tasks, string(t))
	}
	o.Task = backtest.Task(p.oneOf("task", "", tasks...))
	if o.Task == "" {
		p.fault("task", errorf("want one of %v", tasks))
	}
	o.Model = p.oneOf("model", o.Model, backtest.Models()...)
	o.Level = p.share("coverage", o.Level)
	var err error
	if o.AsOf, err = backtest.ParseTimeOfDay(cmp.Or(p.text("asof"), "12:00")); err != nil {
		p.fault("asof", err)
	}
	if o.Horizon, err = backtest.ParseDays(cmp.Or(p.text("horizon"), "30d")); err != nil {
		p.fault("horizon", err)
	}
	return o
}
