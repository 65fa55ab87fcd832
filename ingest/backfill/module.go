package backfill

import (
	"context"
	"fmt"
	"time"

	"headroom/ingest/rollup"
	"headroom/storage"
	"headroom/storage/fleet"
)

// lead is read before a span, so that senders are known when it starts.
const lead = 15 * time.Minute

// maxCells bounds the memory of one roll-up: devices × minutes at a time.
const maxCells = 4 << 20

// module rolls up a module's hours and returns how many minutes it wrote.
func (b *Backfill) module(ctx context.Context, m *fleet.Node, h hours) (written int, err error) {
	if h.from >= h.to {
		return 0, nil
	}
	devices, err := b.raw.LabelValues(ctx, b.opts.Rollup.NodeLabel, storage.Query{
		Matchers: b.matchers(m, b.opts.Rollup.Load), Range: storage.TimeRange{From: h.from * 1000, To: h.to * 1000},
	})
	if err != nil {
		return 0, fmt.Errorf("list devices of %s: %w", m.ID, err)
	}
	length := int64(max(60, maxCells/max(1, len(devices)))) * 60
	for from := h.from; from < h.to; from += length {
		n, err := b.piece(ctx, m, hours{from: from, to: min(from+length, h.to)})
		if err != nil {
			return written, err
		}
		written += n
	}
	return written, nil
}

// piece rolls up hours that fit into memory.
func (b *Backfill) piece(ctx context.Context, m *fleet.Node, h hours) (int, error) {
	from := h.from - int64(lead/time.Second)
	mm := newModuleMinutes(span{from: from, n: int((h.to - from) / 60)}, b.opts.Rollup.DeviceTimeout, b.opts.Rollup.LoadAggregate)
	ro := b.opts.Rollup
	err := b.read(ctx, m, ro.Load, mm.span, func(blk *storage.Block) {
		mm.addLoad(storage.Value(blk.Labels, ro.NodeLabel), blk.Timestamps, blk.Values)
	})
	if err == nil {
		err = b.counters(ctx, m, ro.Busy, mm, &mm.busy)
	}
	if err == nil {
		err = b.counters(ctx, m, ro.Requests, mm, &mm.requests)
	}
	if err != nil {
		return 0, fmt.Errorf("read samples of %s: %w", m.ID, err)
	}
	skip := int(lead / time.Minute)
	return b.write(ctx, m, span{from: h.from, n: mm.span.n - skip}, mm.values()[skip:])
}

// counters feeds whole series, since a counter's growth crosses blocks.
func (b *Backfill) counters(ctx context.Context, m *fleet.Node, signal []storage.Matcher, mm *moduleMinutes, g *growths) error {
	var process string
	var labels []storage.Label
	var ts []int64
	var vs []float64
	flush := func() {
		if len(ts) > 0 {
			mm.addCounter(g, process, ts, vs)
		}
		ts, vs = ts[:0], vs[:0]
	}
	err := b.read(ctx, m, signal, mm.span, func(blk *storage.Block) {
		if !sameLabels(labels, blk.Labels) {
			flush()
			labels = cloneLabels(labels[:0], blk.Labels)
			process = storage.Value(labels, b.opts.Rollup.NodeLabel) + "\xff" + storage.Value(labels, b.opts.Rollup.ProcessLabel)
		}
		ts, vs = append(ts, blk.Timestamps...), append(vs, blk.Values...)
	})
	flush()
	return err
}

func (b *Backfill) read(ctx context.Context, m *fleet.Node, signal []storage.Matcher, s span, f func(*storage.Block)) error {
	if len(signal) == 0 {
		return nil
	}
	q := storage.Query{Matchers: b.matchers(m, signal), Range: storage.TimeRange{From: s.from * 1000, To: s.to()*1000 - 1}}
	return b.raw.Select(ctx, q, func(blk *storage.Block) error { f(blk); return nil })
}

// matchers selects a signal's series of one module.
func (b *Backfill) matchers(m *fleet.Node, signal []storage.Matcher) []storage.Matcher {
	ms := append([]storage.Matcher(nil), signal...)
	for i, level := range b.opts.Rollup.Tree.Levels() {
		name := m.Path[i]
		if name == rollup.Missing {
			ms = append(ms, matchMissing(level))
			continue
		}
		ms = append(ms, storage.Eq(level, name))
	}
	return ms
}

// matchMissing matches series without the label, or whose label is the very
// word that stands for its absence.
func matchMissing(level string) storage.Matcher {
	m, err := storage.NewMatcher(storage.Regexp, level, "|"+rollup.Missing)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return m
}

func sameLabels(a, b []storage.Label) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// cloneLabels copies labels that are valid only until a block's callback ends.
func cloneLabels(dst, src []storage.Label) []storage.Label {
	for _, l := range src {
		dst = append(dst, storage.Label{Name: string([]byte(l.Name)), Value: string([]byte(l.Value))})
	}
	return dst
}
