package lease

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"headroom/storage/state"
)

// Get returns a lease, or [ErrNoLease].
func (s *Leases) Get(ctx context.Context, now time.Time, id string) (Lease, error) {
	s.mu.Lock()
	if v := s.live[id]; v != nil {
		defer s.mu.Unlock()
		v.expire(now)
		return v.summary(), nil
	}
	s.mu.Unlock()
	return s.load(ctx, id)
}

// Active returns the leases that hide something or may, the newest first.
func (s *Leases) Active(now time.Time) []Lease {
	s.mu.Lock()
	defer s.mu.Unlock()
	active := []Lease{}
	for _, v := range s.live {
		if v.expire(now); v.hides(now) {
			active = append(active, v.summary())
		}
	}
	slices.SortFunc(active, func(a, b Lease) int { return b.Started.Compare(a.Started) })
	return active
}

// List returns at most limit leases, the newest first.
func (s *Leases) List(ctx context.Context, now time.Time, limit int) ([]Lease, error) {
	rows, err := s.opts.Store.Newest(ctx, limit)
	if err != nil {
		return nil, err
	}
	all, err := decodeAll(rows)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range all {
		if v := s.live[all[i].ID]; v != nil {
			v.expire(now)
			all[i] = v.summary()
		}
	}
	return all, err
}

func (s *Leases) load(ctx context.Context, id string) (Lease, error) {
	row, err := s.opts.Store.Load(ctx, id)
	if err != nil {
		return Lease{}, err
	}
	return decode(row)
}

func decode(row state.Lease) (l Lease, err error) {
	if err := json.Unmarshal(row.Data, &l); err != nil {
		return l, fmt.Errorf("read lease %q: %w", row.ID, err)
	}
	return l, nil
}

func decodeAll(rows []state.Lease) (all []Lease, err error) {
	all = make([]Lease, len(rows))
	for i, row := range rows {
		if all[i], err = decode(row); err != nil {
			return nil, err
		}
	}
	return all, nil
}
