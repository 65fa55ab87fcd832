package measure

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"headroom/scaler/node/tcpslice"
	"headroom/scaler/node/wire"
	"headroom/scaler/node/worker"
)

// Run measures until ctx is done, and closes what New has opened.
func (m *Measure) Run(ctx context.Context) error {
	defer m.close()
	var background sync.WaitGroup
	defer background.Wait()
	for source, conn := range m.listeners {
		if conn != nil {
			background.Go(func() { m.inbox.receive(ctx, source, conn) })
		}
	}
	defer m.scraper.all.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for now, end := time.Now(), time.Now(); ; now = time.Now() {
		m.begin(now)
		if end = end.Add(m.o.Slice); end.Before(now) {
			end = now.Add(m.o.Slice) // we were stopped, or the machine slept
		}
		if !m.samples(ctx, timer, now, end) {
			return nil
		}
		m.end(ctx, time.Now())
	}
}

// samples takes the samples of a slice: the last at its end, so that what has grown
// has grown for a slice's time; the others at random in equal parts of it, so that
// they do not beat with work that comes at regular times. It returns false once ctx
// is done.
func (m *Measure) samples(ctx context.Context, timer *time.Timer, now, end time.Time) bool {
	n := max(int(float64(m.sampler.Rate())*m.o.Slice.Seconds()), 1)
	part := end.Sub(now) / time.Duration(n)
	for i := range n {
		at := end
		if i < n-1 {
			at = now.Add(time.Duration((float64(i) + rand.Float64()) * float64(part)))
		}
		timer.Reset(time.Until(at))
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
		}
		m.sample()
	}
	return true
}

// begin opens a slice at now. It asks the outside before it takes the lock: who is
// asked may be waiting for us.
func (m *Measure) begin(now time.Time) {
	running := m.o.Workers()
	m.weights = m.weights[:0]
	for _, w := range running {
		m.weights = append(m.weights, m.weight(w.ID))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.began = now
	m.slice++
	if m.update(now, running) {
		m.inbox.expect(m.order)
	}
	m.watched = m.watched[:0]
	for _, s := range m.order {
		m.watched = append(m.watched, tcpslice.Worker{Port: s.port, Cgroup: s.CgroupID})
	}
	m.sampler.Watch(now, m.watched)
}

func (m *Measure) weight(id string) float64 {
	if m.o.Weight != nil {
		if percent, ok := m.o.Weight(id); ok {
			return float64(percent)
		}
	}
	return math.NaN()
}

// update brings subjects and services to what runs, and tells whether others do.
func (m *Measure) update(now time.Time, running []worker.Running) (changed bool) {
	m.order = m.order[:0]
	used := portsInUse(running)
	for i, w := range running {
		if w.Spec == nil {
			w.Spec = noSpec
		}
		s := m.subjects[w.ID]
		if s == nil {
			s, changed = newSubject(), true
			m.subjects[w.ID] = s
		}
		changed = s.take(w) || changed
		changed = s.listen(used) || changed
		s.weight = m.weights[i]
		s.service = m.serviceOf(s, now)
		if s.series == nil {
			s.series = m.workerSeries(s)
		}
		m.order = append(m.order, s)
	}
	if len(m.order) != len(m.subjects) {
		m.drop()
		changed = true
	}
	return changed
}

// portsInUse are those of workers that have a process.
func portsInUse(running []worker.Running) map[int]bool {
	used := make(map[int]bool, len(running))
	for _, w := range running {
		if w.PID != 0 {
			used[w.Port] = true
		}
	}
	return used
}

// noSpec is that of a worker of which no more is known.
var noSpec = &wire.Service{}

func (m *Measure) serviceOf(w *subject, now time.Time) *service {
	s := m.services[w.Service]
	if s == nil {
		s = newService(w, now)
		m.services[w.Service] = s
	}
	if s.seen != m.slice {
		s.seen = m.slice
		if s.take(w); s.series == nil {
			s.series = m.serviceSeries(s)
		}
	}
	return s
}

// drop forgets who is not in the order any more.
func (m *Measure) drop() {
	there := make(map[string]bool, len(m.order))
	for _, s := range m.order {
		there[s.ID] = true
	}
	for id, s := range m.subjects {
		if !there[id] {
			s.close()
			delete(m.subjects, id)
		}
	}
	for id, s := range m.services {
		if s.seen != m.slice {
			s.stat.close()
			delete(m.services, id)
		}
	}
}

// sample looks at the connections once.
func (m *Measure) sample() {
	err := m.sampler.Sample()
	if failing := err != nil; failing != m.failing {
		m.failing = failing
		if failing {
			m.o.Logger.Warn("connections are not seen", "err", err)
		} else {
			m.o.Logger.Info("connections are seen again")
		}
	}
}

// end closes the slice at now and tells what it showed.
func (m *Measure) end(ctx context.Context, now time.Time) {
	all := m.result(ctx, now)
	for _, f := range m.onSlice {
		f(now, all)
	}
}

func (m *Measure) result(ctx context.Context, now time.Time) map[string]worker.Slice {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tcp = m.sampler.Slice(now, m.tcp[:0])
	m.machine.look(now)
	for _, s := range m.order {
		s.look(now, m.proc, m.buf)
	}
	for _, s := range m.services {
		s.look(m.o.Slice, m.buf)
	}
	all := make(map[string]worker.Slice, len(m.order))
	length := now.Sub(m.began)
	for i, s := range m.order {
		if s.Spec.Latency.Source == sourceMetrics {
			m.scraper.due(ctx, now, s)
		}
		all[s.ID] = s.slice(now, length, m.tcp[i], m.inbox)
	}
	return all
}
