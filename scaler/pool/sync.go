package pool

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"headroom/scaler/node/wire"
)

// Errors of a sync.
var (
	ErrBadReport  = errors.New("bad report")
	ErrIncomplete = errors.New("tell resources and all workers: this server does not know them")
	ErrTwice      = errors.New("the name of this node is taken")
	ErrClosed     = errors.New("the server is stopping")
	ErrFull       = errors.New("the pool takes no more nodes")
)

// Bounds of what a node may report.
const (
	maxName    = 253
	maxWorkers = 10_000
	maxLabels  = 64
	maxWord    = 200 // bytes of an id, a version, or a label
	maxNodes   = 1_000_000
)

// Sync takes a node's report, which is a sign of life, and returns what shall run
// there if that differs from the version it has. If it does not, Sync waits for a
// change, at most for the given time and for a third of the time after which a
// silent node is lost; then changed is false.
//
// The error is ErrBadReport; ErrIncomplete if the server has to be told all again;
// ErrTwice if another daemon syncs under the name; or ErrClosed.
func (p *Pool) Sync(ctx context.Context, name string, r *wire.Report, have string, wait time.Duration) (d *wire.Desired, changed bool, err error) {
	err = p.hear(ctx, name, r)
	if err == nil {
		p.tellTasks(name, r)
		d, err = p.await(ctx, name, have, wait)
	}
	p.metrics.sync(d != nil, err)
	return d, d != nil, err
}

func (p *Pool) await(ctx context.Context, name, have string, wait time.Duration) (*wire.Desired, error) {
	p.mu.Lock()
	n := p.nodes[name]
	if n == nil {
		p.mu.Unlock()
		return nil, ErrIncomplete // it was forgotten meanwhile
	}
	if d := p.desiredLocked(n, have); d != nil || wait <= 0 {
		p.mu.Unlock()
		return d, nil
	}
	n.polls++
	defer func() { p.mu.Lock(); n.polls--; p.mu.Unlock() }()
	timer := time.NewTimer(min(wait, p.settings.LostAfter/3))
	defer timer.Stop()
	for {
		wake := n.wait()
		p.mu.Unlock()
		select {
		case <-wake:
		case <-timer.C:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-p.closed:
			return nil, ErrClosed
		}
		p.mu.Lock()
		if d := p.desiredLocked(n, have); d != nil {
			p.mu.Unlock()
			return d, nil
		}
	}
}

// hear takes a report.
func (p *Pool) hear(ctx context.Context, name string, r *wire.Report) error {
	if err := check(name, r); err != nil {
		return fmt.Errorf("%w: %w", ErrBadReport, err)
	}
	if r.Resources != nil && r.Resources.Labels == nil {
		r.Resources.Labels = map[string]string{} // JSON of it shall be no null
	}
	p.mu.Lock()
	if n := p.nodes[name]; n != nil {
		defer p.mu.Unlock()
		return p.hearLocked(n, r)
	}
	p.mu.Unlock()
	if r.Resources == nil || r.Workers == nil {
		return ErrIncomplete
	}
	if err := p.join(ctx, name, r); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.nodes[name]
	if n == nil {
		return ErrIncomplete
	}
	return p.hearLocked(n, r)
}

func (p *Pool) hearLocked(n *node, r *wire.Report) error {
	now := p.now()
	if err := p.owns(n, r, now); err != nil {
		return err
	}
	n.seen, n.spoke = now, true
	n.smooth(r.Load)
	p.learn(n, r)
	if !n.rec.Lost.IsZero() {
		p.found(n, now)
	}
	if r.Workers == nil && !n.heard {
		return ErrIncomplete
	}
	if !p.hearFound(n, r) {
		return ErrIncomplete
	}
	n.have = r.Have
	if r.Workers != nil {
		n.heard = true
		p.merge(n, r.Workers)
	}
	p.hearTasks(n, r)
	if n.version != "" && n.have == n.version {
		p.confirm(n)
	}
	return nil
}

// learn takes what is written down of a node.
func (p *Pool) learn(n *node, r *wire.Report) {
	old := n.rec
	n.rec.Version, n.rec.Boot, n.rec.Daemon = r.Version, r.Boot, r.Daemon
	if r.Resources != nil && !same(&n.rec.Resources, r.Resources) {
		if old.Resources.Address != r.Resources.Address {
			for _, w := range n.workers {
				w.service.touch()
			}
		}
		n.rec.Resources = *r.Resources
		n.changed = true
	}
	n.changed = n.changed || old.Version != r.Version || old.Boot != r.Boot || old.Daemon != r.Daemon
	if n.changed {
		p.wakeLocked()
	}
}

// owns tells two daemons of one name apart: a daemon that starts anew takes over,
// but not while the other one waits in a sync, which is there as long as its
// connection; and one that was taken over may not come back while the other lives.
func (p *Pool) owns(n *node, r *wire.Report, now time.Time) error {
	if n.rec.Daemon == r.Daemon || n.rec.Daemon == "" {
		return nil
	}
	alive := now.Sub(n.seen) < p.settings.LostAfter && n.rec.Lost.IsZero()
	former := slices.Contains(n.former, r.Daemon)
	if alive && (n.polls > 0 || former) {
		n.refused = now
		n.rival = fmt.Sprintf("another daemon (boot %s) syncs as this node too and is refused", r.Boot)
		p.metrics.rivals.Inc()
		return fmt.Errorf("%w: daemon %s (boot %s) syncs as %q; this one is %s (boot %s); give one of them another name",
			ErrTwice, n.rec.Daemon, n.rec.Boot, n.rec.Name, r.Daemon, r.Boot)
	}
	n.former = append(slices.DeleteFunc(n.former, func(d string) bool { return d == r.Daemon }), n.rec.Daemon)
	n.former = n.former[max(0, len(n.former)-formerDaemons):]
	n.heard = false
	return nil
}

const formerDaemons = 8 // that are remembered of a node

// found ends the time that a node was lost.
func (p *Pool) found(n *node, now time.Time) {
	p.log.Info("a lost node is back", "node", n.rec.Name, "lost", now.Sub(n.rec.Lost).Round(time.Second))
	n.rec.Lost, n.changed = time.Time{}, true
	n.affect()
	p.wakeLocked()
}

// merge takes the workers that a node reports.
func (p *Pool) merge(n *node, reported []wire.Status) {
	n.extra = 0
	p.marks++
	for i := range reported {
		st := &reported[i]
		w := p.workers[st.ID]
		if w == nil || w.node != n {
			if st.State != wire.Stopped {
				n.extra++
			}
			continue
		}
		w.mark = p.marks
		p.report(w, st)
	}
	for _, w := range n.workers {
		if w.mark == p.marks {
			continue
		}
		if w.known {
			w.known, w.status = false, wire.Status{}
			w.service.touch()
			w.service.reshare = true
		}
		if p.gone(w) {
			p.wakeLocked()
		}
	}
}

// report takes how one worker is.
func (p *Pool) report(w *worker, st *wire.Status) {
	was := w.status
	w.status = *st
	if !w.known || was.State != st.State || was.Weight != st.Weight {
		w.service.touch()
	}
	if !w.known || overloaded(&was) != overloaded(st) {
		w.service.reshare = true
		p.wakeLocked()
	}
	w.known = true
	if w.instead != nil && w.ready() || (st.State == wire.Refused || w.portTaken()) && w.wanted() || p.gone(w) {
		p.wakeLocked()
	}
}

// gone tells whether a worker that was told to stop is no longer there: its node
// works on a version without it and does not report it, or reports it as stopped.
func (p *Pool) gone(w *worker) bool {
	if w.wanted() || !w.node.rec.Lost.IsZero() {
		return false
	}
	if w.known {
		return w.status.State == wire.Stopped
	}
	return w.node.heard && w.node.version != "" && w.node.have == w.node.version
}

func check(name string, r *wire.Report) error {
	if name == "" || len(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("want a node's name of 1 to %d printable bytes, got %.80q", maxName, name)
	}
	if r.Daemon == "" {
		return errors.New("want the daemon's id, got none")
	}
	if n := max(len(r.Daemon), len(r.Boot), len(r.Have), len(r.Version), len(r.Declared)); n > maxWord {
		return fmt.Errorf("want ids and versions of at most %d bytes, got %d", maxWord, n)
	}
	if bad(r.Load.CPU) || r.Load.CPU > 1e4 || r.Load.MemoryUsed < 0 {
		return fmt.Errorf("want a load from 0 on, got %v %% and %d bytes", r.Load.CPU, r.Load.MemoryUsed)
	}
	if r.Resources != nil {
		if err := checkResources(r.Resources); err != nil {
			return err
		}
	}
	if len(r.Tasks) > maxTasks {
		return fmt.Errorf("want at most %d tasks, got %d", maxTasks, len(r.Tasks))
	}
	if len(r.Workers) > maxWorkers {
		return fmt.Errorf("want at most %d workers, got %d", maxWorkers, len(r.Workers))
	}
	for i := range r.Workers {
		if w := &r.Workers[i]; w.Weight < 0 || w.Weight > 100 {
			return fmt.Errorf("want weights of 0 to 100 percent, got %d of worker %.80q", w.Weight, w.ID)
		}
	}
	return nil
}

// address is what proxies understand as a host. They refuse a whole list for one that
// is none, so no node may bring it there.
var address = regexp.MustCompile(`^[A-Za-z0-9_.:-]*$`)

func checkResources(res *wire.Resources) error {
	if bad(res.Cores) || res.Cores == 0 || res.Cores > 1e5 || res.Memory <= 0 || bad(res.PerCore) || res.MaxWorkers < 0 {
		return fmt.Errorf("want cores and memory above 0, got %v cores, %d bytes", res.Cores, res.Memory)
	}
	if len(res.Address) > maxName || !address.MatchString(res.Address) {
		return fmt.Errorf("want an address as a name or IP without a port, got %.80q", res.Address)
	}
	if res.Agent < 0 || res.Agent > 65535 {
		return fmt.Errorf("want the agent's port as 0 to 65535, got %d", res.Agent)
	}
	if len(res.Labels) > maxLabels {
		return fmt.Errorf("want at most %d labels, got %d", maxLabels, len(res.Labels))
	}
	for name, value := range res.Labels {
		if n := max(len(name), len(value)); n > maxWord {
			return fmt.Errorf("want names and values of labels of at most %d bytes, got %d of label %.80q", maxWord, n, name)
		}
	}
	return nil
}

func bad(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) || v < 0 }
