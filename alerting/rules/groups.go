package rules

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	promrules "github.com/prometheus/prometheus/rules"

	"headroom/storage"
	"headroom/storage/promql"
)

// Groups returns the groups of a set as they would run, for who evaluates them
// himself: alarms are sent to nobody. They are in the order of the files.
func Groups(ctx context.Context, set *Set, engine *promql.Engine, store storage.Store, interval time.Duration, external labels.Labels, externalURL string) ([]*promrules.Group, error) {
	m := promrules.NewManager(&promrules.ManagerOptions{
		QueryFunc:    engine.Vector,
		NotifyFunc:   func(context.Context, string, ...*promrules.Alert) {},
		Context:      ctx,
		AppendableV2: appendable{store},
		Logger:       slog.New(slog.DiscardHandler),
		GroupLoader:  &loader{set},
		Parser:       engine.Parser(),
	})
	groups, errs := m.LoadGroups(interval, external, externalURL, nil, false, set.Files...)
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("load rules: %w", err)
	}
	var ordered []*promrules.Group
	for _, file := range set.Files {
		for _, g := range set.groups[file].Groups {
			ordered = append(ordered, groups[promrules.GroupKey(file, g.Name)])
		}
	}
	for _, g := range ordered {
		for _, rule := range g.Rules() {
			if alerting, ok := rule.(*promrules.AlertingRule); ok {
				alerting.SetRestored(true) // there is nothing to restore, and ALERTS is wanted
			}
		}
	}
	return ordered, nil
}
