package embedded

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/decimal"

	"headroom/storage"
	"headroom/storage/embedded/wal"
	"headroom/storage/head"
)

// Write implements storage.Store. Samples that cannot be kept are reported by a
// *storage.RefusedError; all others are kept then. A NaN that is no staleness
// marker is dropped without an error and counted in Stats.
func (s *Store) Write(ctx context.Context, rows []storage.Series) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.users.Done()
	if err := s.waitForRoom(ctx); err != nil {
		return err
	}
	if s.db.IsReadOnly() {
		return storage.ErrReadOnly
	}
	w := s.newWriter()
	defer writers.Put(w)

	s.writing.RLock()
	defer s.writing.RUnlock()
	w.resolve(rows)
	if err := w.log(); err != nil {
		return err
	}
	for i := range w.runs {
		s.head.Append(w.runs[i].series, w.runs[i].samples)
	}
	s.head.Appended(w.samples)
	return w.refusal()
}

// waitForRoom waits while far too many samples wait for the library.
func (s *Store) waitForRoom(ctx context.Context) error {
	pending := s.head.Pending()
	if pending < s.opts.MaxPending {
		return ctx.Err()
	}
	select {
	case s.full <- struct{}{}:
	default:
	}
	if pending < 2*s.opts.MaxPending {
		return ctx.Err()
	}
	defer context.AfterFunc(ctx, s.wake)()
	s.room.L.Lock()
	defer s.room.L.Unlock()
	for s.head.Pending() >= 2*s.opts.MaxPending && ctx.Err() == nil && !s.closed.Load() {
		s.room.Wait()
	}
	return ctx.Err()
}

// wake lets the writers look again whether there is room.
func (s *Store) wake() {
	s.room.L.Lock()
	defer s.room.L.Unlock()
	s.room.Broadcast()
}

// writer is the work of one Write.
type writer struct {
	store    *Store
	now      int64 // Unix seconds
	from, to int64 // the times that can be kept, Unix milliseconds

	runs    []run
	samples int              // of the runs
	kept    []storage.Sample // of rows of which a part is kept
	record  wal.Samples
	refused storage.RefusedError
}

// run is the samples of a series in a Write.
type run struct {
	series  *head.Series
	samples []storage.Sample
}

var writers = sync.Pool{New: func() any { return new(writer) }}

func (s *Store) newWriter() *writer {
	w := writers.Get().(*writer)
	now := time.Now()
	clear(w.runs)
	*w = writer{store: s, now: now.Unix(), from: s.oldest(now), to: now.Add(s.opts.Future).UnixMilli(),
		runs: w.runs[:0], kept: w.kept[:0], record: w.record}
	return w
}

// oldest returns the first time that can be kept, Unix milliseconds. The
// library knows no first two days of 1970.
func (s *Store) oldest(now time.Time) int64 {
	return max(now.Add(-s.opts.Retention).UnixMilli(), 2*24*time.Hour.Milliseconds())
}

// resolve finds the series of the rows and leaves out what cannot be kept.
func (w *writer) resolve(rows []storage.Series) {
	var before *head.Series
	for i := range rows {
		samples := w.keepable(rows[i].Samples)
		if len(samples) == 0 {
			continue
		}
		series, err := w.store.head.Enter(before, rows[i].Labels, w.now)
		if err != nil {
			w.refuse(len(samples), err)
			continue
		}
		w.runs = append(w.runs, run{series, samples})
		w.samples += len(samples)
		before = series
	}
}

func (w *writer) refuse(samples int, err error) {
	reason := storage.RefusedLimit
	if errors.As(err, new(*head.LabelError)) {
		reason = storage.RefusedLabels
	}
	w.refused.Add(reason, samples, err)
}

// keepable returns the samples that can be kept: nearly always all.
func (w *writer) keepable(samples []storage.Sample) []storage.Sample {
	for i := range samples {
		if !w.keeps(&samples[i]) {
			return w.filter(samples)
		}
	}
	return samples
}

func (w *writer) keeps(x *storage.Sample) bool {
	return x.Timestamp >= w.from && x.Timestamp <= w.to && (x.Value == x.Value || decimal.IsStaleNaN(x.Value))
}

// filter copies the samples that can be kept and counts the others.
func (w *writer) filter(samples []storage.Sample) []storage.Sample {
	start := len(w.kept)
	for i := range samples {
		switch x := &samples[i]; {
		case w.keeps(x):
			w.kept = append(w.kept, *x)
		case x.Timestamp < w.from:
			w.refused.Add(storage.RefusedTooOld, 1, fmt.Errorf("a sample of %s is older than the retention of %s", timeOf(x), w.store.opts.Retention))
		case x.Timestamp > w.to:
			w.refused.Add(storage.RefusedTooFuture, 1, fmt.Errorf("a sample of %s is more than %s ahead", timeOf(x), w.store.opts.Future))
		default:
			w.store.nans.Add(1)
		}
	}
	return w.kept[start:]
}

func timeOf(x *storage.Sample) string {
	return time.UnixMilli(x.Timestamp).UTC().Format(time.RFC3339)
}

// log writes the record and returns when it is durable.
func (w *writer) log() error {
	if len(w.runs) == 0 {
		return nil
	}
	l := w.store.log
	generation := l.Generation()
	w.record.Reset()
	for i := range w.runs {
		series := w.runs[i].series
		ref := wal.Ref(series.Ref.Load())
		if !ref.Valid(generation) {
			ref = w.name(series)
		}
		w.record.Add(ref, w.runs[i].samples)
	}
	return l.Append(w.record.Bytes())
}

// name gives a series its number in the log. Should two writers do so at once,
// it has two, which does no harm.
func (w *writer) name(series *head.Series) wal.Ref {
	ref := w.store.log.Name(wal.Ref(series.Ref.Load()), series.Key())
	series.Ref.Store(uint64(ref))
	return ref
}

// refusal returns what was refused, nil if nothing was.
func (w *writer) refusal() error {
	if w.refused.Samples == 0 {
		return nil
	}
	w.store.refused.add(w.refused.ByReason)
	refused := w.refused
	return &refused
}
