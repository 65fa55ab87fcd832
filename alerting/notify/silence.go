package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/alertmanager/silence"
	"github.com/prometheus/alertmanager/silence/silencepb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Add makes a silence that begins now and returns its id. It is kept where a restart
// finds it, or it is an error.
func (s *Silences) Add(ctx context.Context, match labels.Matchers, until time.Time, who, why string) (string, error) {
	sil := &silencepb.Silence{EndsAt: timestamppb.New(until), CreatedBy: who, Comment: why, MatcherSets: []*silencepb.MatcherSet{{}}}
	for _, m := range match {
		sil.MatcherSets[0].Matchers = append(sil.MatcherSets[0].Matchers, &silencepb.Matcher{Type: matcherTypes[m.Type], Name: m.Name, Pattern: m.Value})
	}
	s.change.Lock()
	defer s.change.Unlock()
	if err := s.all.Set(ctx, sil); err != nil {
		return "", fmt.Errorf("make a silence: %w", err)
	}
	if err := s.takeError(); err != nil {
		return "", fmt.Errorf("make a silence: %w", err)
	}
	return sil.Id, nil
}

var matcherTypes = map[labels.MatchType]silencepb.Matcher_Type{
	labels.MatchEqual: silencepb.Matcher_EQUAL, labels.MatchNotEqual: silencepb.Matcher_NOT_EQUAL,
	labels.MatchRegexp: silencepb.Matcher_REGEXP, labels.MatchNotRegexp: silencepb.Matcher_NOT_REGEXP,
}

// Matchers returns the matchers of a silence that name one value; nil if there is none of
// that id. A silence of several sets of matchers has none that all its alarms must match.
func (s *Silences) Matchers(id string) labels.Matchers {
	sil, err := s.all.QueryOne(context.Background(), silence.QIDs(id))
	if err != nil {
		return nil
	}
	all := labels.Matchers{}
	if len(sil.MatcherSets) != 1 {
		return all
	}
	for _, m := range sil.MatcherSets[0].Matchers {
		if m.Type == silencepb.Matcher_EQUAL {
			all = append(all, &labels.Matcher{Type: labels.MatchEqual, Name: m.Name, Value: m.Pattern})
		}
	}
	return all
}
