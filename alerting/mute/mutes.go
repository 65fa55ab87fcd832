package mute

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"headroom/storage/state"
)

// MaxMutes is how many mutes of the API can be in force at a time.
const MaxMutes = 10_000

// Errors that are told to who asks.
var (
	ErrNoMute     = state.ErrNoMute
	ErrConfigured = errors.New("it stands in the configuration: take it out there")
	ErrTooMany    = fmt.Errorf("%d mutes are in force, which is the most: take some away first", MaxMutes)
)

// Silences are Alertmanager's.
type Silences interface {
	// Muting returns the silences that are in force for labels now, and when the
	// last of them ends; none: nil.
	Muting(labels model.LabelSet) (ids []string, until time.Time)
	// Comment returns who made a silence and why.
	Comment(id string) (who, why string)
}

// Store keeps mutes where a restart finds them; state.Mutes is one.
type Store interface {
	Put(ctx context.Context, m state.Mute) error
	Mutes(ctx context.Context) ([]state.Mute, error)
	Forget(ctx context.Context, ids ...string) error
}

// Options make [Mutes].
type Options struct {
	Store      Store
	Silences   Silences              // nil: none
	History    History               // for previews
	Location   func() *time.Location // the configured zone
	Recheck    func()                // asks for a run over all open alarms soon; must not block. nil: each is looked at when it changes
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Mutes are the mutes in force. Their methods may be called from many goroutines.
type Mutes struct {
	opts    Options
	metrics *metrics

	writing sync.Mutex // held while a mute is written, so that the pipeline need not wait for it; taken before mu

	mu         sync.Mutex // protects the fields below
	made       map[string]*ready
	configured []*ready
	next       time.Time // when a mute begins or ends; zero: look now
	index      index     // of those that hide now
	cache      map[string]*ready
}

// New returns the mutes that store has.
func New(ctx context.Context, opts Options) (*Mutes, error) {
	s := &Mutes{opts: opts, made: map[string]*ready{}, cache: map[string]*ready{}}
	s.metrics = newMetrics(opts.Registerer, s)
	kept, err := opts.Store.Mutes(ctx)
	if err != nil {
		return nil, err
	}
	for _, row := range kept {
		m, err := s.revive(row)
		if err != nil {
			return nil, fmt.Errorf("mute %q: %w", row.ID, err)
		}
		s.made[m.ID] = m
	}
	return s, nil
}

// revive rebuilds a mute that was kept. It goes on in the zone that was configured
// when it was made.
func (s *Mutes) revive(row state.Mute) (*ready, error) {
	var m Mute
	if err := json.Unmarshal(row.Data, &m); err != nil {
		return nil, err
	}
	r := Request{Matchers: m.Matchers, Times: m.Times, Timezone: m.Timezone}
	v, err := r.read(s.opts.Location())
	if err != nil {
		return nil, err
	}
	v.Mute = m
	return v, nil
}

// Configure replaces the mutes of the configuration: by all of them or, with an
// error, by none.
func (s *Mutes) Configure(requests []Request) error {
	configured := make([]*ready, len(requests))
	for i, r := range requests {
		m, err := r.read(s.opts.Location())
		if err != nil {
			return fmt.Errorf("mutes[%d]: %w", i, err)
		}
		m.ID, m.Configured = "config:"+m.Name, true
		configured[i] = m
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.configured = configured
	s.changedLocked()
	return nil
}

// Add makes a mute, of which the error is a [faults.List] if it cannot be.
func (s *Mutes) Add(ctx context.Context, now time.Time, r Request) (Mute, error) {
	now = now.UTC().Truncate(time.Millisecond)
	m, err := r.readMade(now, s.opts.Location())
	if err != nil {
		return Mute{}, err
	}
	m.ID, m.Made = strings.ToLower(rand.Text()[:12]), now
	if m.Timezone == "" {
		m.Timezone = s.opts.Location().String()
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.inForce(now) >= MaxMutes {
		return Mute{}, ErrTooMany
	}
	if err := s.put(ctx, m.Mute); err != nil {
		return Mute{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made[m.ID] = m
	s.changedLocked()
	s.opts.Logger.Info("a mute was made", "mute", m.ID, "name", m.Name, "matchers", m.Matchers, "to", m.To, "who", m.Who, "comment", m.Comment)
	return m.Mute, nil
}

// End takes a mute away. The error is [ErrNoMute] or [ErrConfigured].
func (s *Mutes) End(ctx context.Context, now time.Time, id, who string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	m, err := s.endable(id)
	if err != nil {
		return fmt.Errorf("mute %q: %w", id, err)
	}
	ended := m.Mute
	ended.Ended, ended.EndedBy = now.UTC().Truncate(time.Millisecond), who
	if err := s.put(ctx, ended); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m.Mute = ended
	s.changedLocked()
	s.opts.Logger.Info("a mute was taken away", "mute", id, "name", m.Name, "who", who)
	return nil
}

// endable returns a mute that can be taken away.
func (s *Mutes) endable(id string) (*ready, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.configured, func(m *ready) bool { return m.ID == id }) {
		return nil, ErrConfigured
	}
	if m := s.made[id]; m != nil && m.Ended.IsZero() {
		return m, nil
	}
	return nil, ErrNoMute
}

func (s *Mutes) put(ctx context.Context, m Mute) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write mute %q as JSON: %w", m.ID, err)
	}
	return s.opts.Store.Put(ctx, state.Mute{ID: m.ID, Made: m.Made, Ended: m.Ended, Data: data})
}

// Listed is a mute with what it does now.
type Listed struct {
	Mute
	Active bool
	Change time.Time // when Active may be another one; zero: never
}

// List returns the mutes in force or to come, with all those that are over, too:
// those of the configuration first, then in the order in which they were made.
func (s *Mutes) List(now time.Time, all bool) []Listed {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refreshLocked(now)
	list := []Listed{}
	for _, m := range s.allLocked() {
		if all || m.active || !m.change.IsZero() {
			list = append(list, Listed{m.Mute, m.active, m.until()})
		}
	}
	return list
}

// allLocked returns all mutes in the order of List. s.mu must be held.
func (s *Mutes) allLocked() []*ready {
	made := slices.SortedFunc(maps.Values(s.made), func(a, b *ready) int {
		if c := a.Made.Compare(b.Made); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return append(slices.Clip(s.configured), made...)
}

func (s *Mutes) inForce(now time.Time) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.made {
		if m.Ended.IsZero() && m.To.After(now) {
			n++
		}
	}
	return n
}
