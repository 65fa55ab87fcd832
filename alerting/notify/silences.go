package notify

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/marker"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/alertmanager/silence/silencepb"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/encoding/protodelim"

	"headroom/storage/state"
)

// Limits of silences: how many there can be, ended ones of the last days too, and
// how large one is. More are refused with an error.
const (
	MaxSilences     = 10_000
	MaxSilenceBytes = 64 << 10
)

// retention is how long a silence is still shown after its end, and how long it is
// remembered who was told of a group, at most: Alertmanager's default.
const retention = 120 * time.Hour

// Silences are Alertmanager's silences, kept in the state database. Its methods
// may be called from many goroutines.
type Silences struct {
	all      *silence.Silences
	silencer *silence.Silencer
	records  *records
	changed  func() // called after each change
	logger   *slog.Logger

	change sync.Mutex // held from a change to its takeError, so that the error is of that change; taken before mu

	mu  sync.Mutex // protects err
	err error      // of the last change that could not be kept
}

func newSilences(ctx context.Context, db state.Notifications, r *records, changed func(), logger *slog.Logger, reg prometheus.Registerer) (*Silences, error) {
	all, err := silence.New(silence.Options{
		Retention: retention, Logger: logger, Metrics: reg,
		Limits: silence.Limits{
			MaxSilences:         func() int { return MaxSilences },
			MaxSilenceSizeBytes: func() int { return MaxSilenceBytes },
		},
	})
	if err != nil {
		return nil, fmt.Errorf("make the silences: %w", err)
	}
	entries, err := db.Entries(ctx, silenceEntry)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if err := all.Merge(e.Value); err != nil {
			return nil, fmt.Errorf("read silence %s: %w", e.ID, err)
		}
	}
	s := &Silences{all: all, records: r, changed: changed, logger: logger}
	s.silencer = silence.NewSilencer(all, logger, eventrecorder.Recorder{})
	all.SetBroadcast(s.keep)
	return s, nil
}

// keep writes a silence that changed. It is called while the silences are locked,
// so that nobody sees one that is not kept yet.
func (s *Silences) keep(encoded []byte) {
	var m silencepb.MeshSilence
	err := protodelim.UnmarshalFrom(bytes.NewReader(encoded), &m)
	if err == nil {
		err = s.records.keep(nil, state.Entry{Kind: silenceEntry, ID: m.Silence.Id, Expires: m.ExpiresAt.AsTime(), Value: encoded})
	}
	if err != nil {
		s.logger.Error("a silence could not be kept: it will be lost at the next restart", "err", err)
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
	}
	s.changed()
}

// takeError returns why a change since the last call could not be kept.
func (s *Silences) takeError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.err
	s.err = nil
	return err
}

// Muting returns the silences that are in force for labels, and when the last of
// them ends; none: nil.
func (s *Silences) Muting(labels model.LabelSet) (ids []string, ends time.Time) {
	m := marker.NewAlertMarker()
	ctx := marker.WithContext(context.Background(), m)
	if !s.silencer.Mutes(ctx, labels) {
		return nil, time.Time{}
	}
	ids = m.Status(labels.Fingerprint()).SilencedBy
	found, _, err := s.all.Query(ctx, silence.QIDs(ids...))
	if err != nil {
		return nil, time.Time{} // no silence has an id of none
	}
	for _, sil := range found {
		if end := sil.EndsAt.AsTime(); end.After(ends) {
			ends = end
		}
	}
	return ids, ends
}

// Comment returns who made a silence and why; empty if there is none of that id.
func (s *Silences) Comment(id string) (who, why string) {
	sil, err := s.all.QueryOne(context.Background(), silence.QIDs(id))
	if err != nil {
		return "", ""
	}
	return sil.CreatedBy, sil.Comment
}

// Version is another one whenever a silence was added.
func (s *Silences) Version() int { return s.all.Version() }

// forget drops what is remembered of an alarm that has ended.
func (s *Silences) forget(all ...model.Fingerprint) { s.silencer.PostGC(all) }
