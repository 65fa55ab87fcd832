package analytics

import (
	"context"
	"fmt"
	"slices"
	"time"

	"headroom/analytics/season"
	"headroom/ingest/rollup"
	"headroom/storage/fleet"
)

// moment is one node in one minute with all that its numbers were made from,
// computed anew from what is stored.
type moment struct {
	*Model
	kind   kind
	node   *fleet.Node
	at     time.Time
	day    int
	minute int // of the day

	history *history
	raw     *season.Grid // the history's loads as they were stored
	learned *learned
	today   *today // as of at
	row     Row
	growth  Growth
}

// moment computes a node's minute by a model from what is stored; an empty
// model is the configured one. Whoever is done with it releases its history.
func (l *Loop) moment(ctx context.Context, n *fleet.Node, at time.Time, model string) (*moment, error) {
	m := l.model()
	if now := l.Snapshot(); now != nil && at.Before(now.At) {
		m = m.asOf(at.Add(time.Minute)) // what was known at its end
	}
	return l.momentBy(ctx, m, n, at, model)
}

// momentBy likewise, with other settings.
func (l *Loop) momentBy(ctx context.Context, m *Model, n *fleet.Node, at time.Time, model string) (*moment, error) {
	of, err := m.kindOf(model)
	if err != nil {
		return nil, err
	}
	x := &moment{Model: m, kind: of, node: n, at: time.Unix(minuteStart(at), 0).In(m.Location)}
	x.day, x.minute = season.NewCalendar(m.Location).Split(x.at.Unix())
	frame, err := l.frameOf(ctx, n, x.at.Unix())
	if err != nil {
		return nil, err
	}
	if now := l.Snapshot(); len(frame.Values) == 0 && (now == nil || now.At.Unix() != x.at.Unix()) { // a table may be shown of nothing
		return nil, fmt.Errorf("%s at %s: %w", n.ID, at.Format(time.RFC3339), ErrNotKept)
	}
	if x.history, err = l.reader.One(ctx, n, x.day-m.historyDays(), x.day); err != nil {
		return nil, err
	}
	devices, err := l.reader.Devices(ctx, x.day-m.historyDays(), x.day, l.reader.devicesOf(n))
	if err != nil {
		return nil, err
	}
	x.history.devices = devices[n]
	x.judge(frame, l.opts.Tree.Levels())
	return x, nil
}

func cloneGrid(g *season.Grid) *season.Grid {
	return &season.Grid{First: g.First, Slots: g.Slots, Values: slices.Clone(g.Values)}
}

// frameOf returns the frame of the current minute as it is, that of another as
// it was stored.
func (l *Loop) frameOf(ctx context.Context, n *fleet.Node, minute int64) (*rollup.Frame, error) {
	l.mu.Lock()
	now := l.frame
	l.mu.Unlock()
	if now != nil && now.Minute == minute {
		return now, nil
	}
	return l.reader.FrameOf(ctx, n, minute)
}

func (x *moment) judge(frame *rollup.Frame, levels []string) {
	x.raw = cloneGrid(x.history.grid)
	x.learned = x.learn(x.history, x.day, false)
	x.today = todayOf(x.history, x.day)
	x.today.plan = x.planOf(x.node.Path, x.day)
	x.today.follow = x.follow(x.history.grid, x.day, &x.today.plan)
	x.today.forgetAfter(x.minute, x.at.Unix())
	n := x.node
	x.today.put(x.minute, x.at.Unix(), frame.At(n.Index).Load)
	x.today.advance(x.minute + 1)
	x.row = x.Model.row(x.kind, x.at, n, x.learned, x.today, frame, levels[n.Level()], &Row{})
	g := &generation{day: x.day, nodes: putAt[learned](nil, n.Index, x.learned)}
	x.growth = x.Model.growth(x.kind, n, g, n.Index, &x.row)
}
