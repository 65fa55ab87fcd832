package analytics

import "context"

// Judged is a node's row and line of growth.
type Judged struct {
	Row    *Row    `json:"row"`
	Growth *Growth `json:"growth"`
}

// WithCoverage judges a node in the newest minute by a model, with intervals of
// another nominal coverage, between 0 and 1; an empty model is the configured one.
// The bounds of the band are those of the alarm, and stay.
func (l *Loop) WithCoverage(ctx context.Context, id, model string, coverage float64) (*Judged, error) {
	n, s, err := l.node(id, model)
	if err != nil {
		return nil, err
	}
	m := *s.model
	m.Level = coverage
	x, err := l.momentBy(ctx, &m, n, s.At, model)
	if err != nil {
		return nil, err
	}
	defer x.history.release()
	x.recall(s)
	if !n.Module { // the sum over its modules has no interval
		g := s.Growth[n.Index]
		g.PeakAtHorizon, g.PeakMax, g.FullOn = x.growth.PeakAtHorizon, x.growth.PeakMax, x.growth.FullOn
		x.growth = g
	}
	return &Judged{&x.row, &x.growth}, nil
}
