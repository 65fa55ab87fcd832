package main

import (
	"context"
	"time"

	"headroom/analytics"
	"headroom/analytics/backtest"
	"headroom/analytics/chooser"
	"headroom/storage/fleet"
)

// chooseAfter is how long after the start models are chosen first: history may
// still be on its way in.
const chooseAfter = 10 * time.Minute

// openChooser opens who chooses models; its backtests do not keep people from
// theirs.
func (s *server) openChooser(tree *fleet.Tree) (err error) {
	s.chooser, err = chooser.Open(context.Background(), chooser.Options{
		Stored: &backtest.Stored{Tree: tree, Store: s.store}, Keeper: s.state.Checkpoints(), Location: s.cfg.Location(),
		Due:    s.mayChoose,
		Apply:  func(ctx context.Context, _ []analytics.Choices) error { return s.setModel(ctx) },
		Logger: s.log, Registerer: s.reg,
	})
	return err
}

// mayChoose tells whether models are to be chosen and history is there.
func (s *server) mayChoose(now time.Time) bool {
	s.reloads.mu.Lock()
	defer s.reloads.mu.Unlock()
	p := s.backfill.Progress()
	return s.cfg.Capacity.Choose && now.Sub(s.started) >= chooseAfter && s.loop.Snapshot() != nil && p.Total == 0 && p.Waiting == 0
}
