package backfill

import (
	"context"
	"fmt"
	"slices"
	"time"

	"headroom/ingest/poll"
	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// Step is how far apart history is asked for. Minutes would burden the other
// store five times as much and add little: the band takes what there is.
const Step = 5 * time.Minute

// piece is how much history one query asks for: few enough points for every
// server's limit of 11,000 a series.
const pollPiece = 24 * time.Hour

// Polled loads the history of signals that are asked for, newest day first,
// from the days before now of which the store has nothing. It writes what it
// has after each day, so that it may be stopped at any time.
func (b *Backfill) Polled(ctx context.Context, q poll.Querier, signals []poll.Signal, now time.Time, days int) error {
	end := now.Truncate(Step)
	var missing []hours
	for i := range days {
		h := hours{from: end.Add(-time.Duration(i+1) * pollPiece).Unix(), to: end.Add(-time.Duration(i) * pollPiece).Unix()}
		covered, err := b.covered(ctx, h)
		if err != nil {
			return err
		}
		if covered < h.to-2*int64(Step/time.Second) {
			missing = append(missing, hours{from: max(h.from, covered), to: h.to})
		}
	}
	b.startPolled(len(missing))
	defer b.endPolled()
	fresh := false // something was written since Done was called
	for i, h := range missing {
		modules, err := b.polledPiece(ctx, q, signals, h)
		if err == nil && len(b.opts.Rollup.Tree.Levels()) > 1 {
			b.settle(ctx)
			err = b.groups(ctx, modules, h)
		}
		if err != nil {
			return fmt.Errorf("load history from %s: %w", time.Unix(h.from, 0).UTC().Format(time.RFC3339), err)
		}
		b.step(0)
		fresh = fresh || len(modules) > 0
		if fresh && b.opts.Done != nil && (i%7 == 6 || i == len(missing)-1) {
			b.settle(ctx)
			b.opts.Done(h.from, missing[0].to)
			fresh = false
		}
	}
	return nil
}

func (b *Backfill) startPolled(pieces int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress = Progress{Total: pieces, Started: time.Now()}
	b.revision++
}

func (b *Backfill) endPolled() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.progress = Progress{}
}

// covered returns the end of the newest stored minute in the hours, 0 if there
// is none.
func (b *Backfill) covered(ctx context.Context, h hours) (newest int64, err error) {
	q := storage.Query{
		Matchers: []storage.Matcher{storage.Metric(rollup.ModulePrefix + rollup.LoadPercent)},
		Range:    storage.TimeRange{From: h.from * 1000, To: h.to*1000 - 1},
	}
	err = b.store.Select(ctx, q, func(blk *storage.Block) error {
		newest = max(newest, blk.Timestamps[len(blk.Timestamps)-1]/1000+60)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("look for stored history: %w", err)
	}
	return newest, nil
}

// polledPiece asks for one piece and writes the modules in it.
func (b *Backfill) polledPiece(ctx context.Context, q poll.Querier, signals []poll.Signal, h hours) ([]*fleet.Node, error) {
	lead := int64(lead / time.Second)
	s := span{from: h.from - lead, n: int((h.to - h.from + lead) / 60)}
	modules := map[*fleet.Node]*moduleMinutes{}
	for _, signal := range signals {
		// As in the live minutes, the value of a minute is that at its end.
		answer, err := q.Range(ctx, signal.Query, time.Unix(s.from+60, 0), time.Unix(s.to(), 0), Step)
		if err != nil {
			return nil, err
		}
		for i := range answer {
			b.enter(modules, s, poll.Named(signal, answer[i].Labels), answer[i].Samples)
		}
	}
	var nodes []*fleet.Node
	skip := int(lead / 60)
	for n, mm := range modules {
		if _, err := b.write(ctx, n, span{from: h.from, n: s.n - skip}, mm.values()[skip:]); err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(x, y *fleet.Node) int { return x.Index - y.Index })
	return nodes, nil
}

// enter adds one series of an answer to its module.
func (b *Backfill) enter(modules map[*fleet.Node]*moduleMinutes, s span, labels []storage.Label, samples []storage.Sample) {
	ro := b.opts.Rollup
	path := rollup.PathOf(labels, ro.Tree.Levels())
	if path == nil {
		return
	}
	n := ro.Tree.Add(path)
	mm := modules[n]
	if mm == nil {
		mm = newModuleMinutes(s, ro.DeviceTimeout, ro.LoadAggregate)
		modules[n] = mm
	}
	ts, vs := make([]int64, len(samples)), make([]float64, len(samples))
	for i, x := range samples {
		ts[i], vs[i] = x.Timestamp-60_000, x.Value
	}
	node := storage.Value(labels, ro.NodeLabel)
	process := node + "\xff" + storage.Value(labels, ro.ProcessLabel)
	switch {
	case storage.MatchesAll(ro.Load, labels):
		mm.addLoad(node, ts, vs)
	case storage.MatchesAll(ro.Busy, labels):
		mm.addCounter(&mm.busy, process, ts, vs)
	case storage.MatchesAll(ro.Requests, labels):
		mm.addCounter(&mm.requests, process, ts, vs)
	}
}
