package balance

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// resolve looks up the hosts of the list, and notices one that has moved.
func (f *follow) resolve(ctx context.Context) error {
	if f.p.Kind == FileSD {
		f.targets = f.list // Prometheus looks names up itself
		return nil
	}
	resolved, err := resolve(ctx, f.lookup, f.list, f.kept.Hosts)
	if len(resolved) == 0 && len(f.list) > 0 {
		return err // nothing is known of any: the proxy keeps what it has
	}
	same := slices.EqualFunc(resolved, f.targets, func(a, b target) bool { return a.at() == b.at() && a.agentAt() == b.agentAt() })
	f.settled = f.settled && same
	f.targets = resolved
	return err
}

// bring brings the list to the proxy.
func (f *follow) bring(ctx context.Context) {
	if f.targets == nil {
		return
	}
	slots := maps.Clone(f.kept.Slots)
	var err error
	f.settled, err = f.sink.apply(ctx, time.Now(), f.targets)
	if ctx.Err() != nil {
		return
	}
	f.fault(&f.proxy, err)
	if !maps.Equal(slots, f.kept.Slots) {
		f.keep()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status.Workers = len(f.targets)
	if err == nil {
		f.status.Applied = time.Now()
	}
}

// keep writes what is known to disk, for the next start.
func (f *follow) keep() { f.fault(&f.disk, f.kept.write(f.dir, f.p)) }

// fault remembers what is wrong with one part, and logs it once.
func (f *follow) fault(of *string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	text := ""
	if err != nil && !errors.Is(err, context.Canceled) {
		text = err.Error()
	}
	if text != "" && text != *of {
		f.log.Warn("A proxy may not have the newest list of workers.", "err", text)
	}
	*of = text
}

// state is how the proxy is now.
func (f *follow) state() ProxyStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.status
	for _, part := range []string{f.server, f.proxy, f.disk} {
		if part != "" && s.Fault != "" {
			s.Fault += "; "
		}
		s.Fault += part
	}
	return s
}
