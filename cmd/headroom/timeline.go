package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"headroom/alerting/alarm"
	"headroom/scaler/flow"
	"headroom/storage/fleet"
	"headroom/storage/state"
	"headroom/ui/api"
)

// timelines are what happened to nodes of the tree besides changes of facts.
func (s *server) timelines() []api.TimelineSource {
	return []api.TimelineSource{runsOfNode{s.flows.engine}, marksOfNode{s.state.Marks()}, alarmsOfNode{s.state.Alarms()}}
}

// runsOfNode are the runs that changed a node or what lies below it.
type runsOfNode struct{ engine *flow.Engine }

// Happenings implements api.TimelineSource.
func (r runsOfNode) Happenings(ctx context.Context, id string, from, to time.Time, limit int) (all []api.Happening, err error) {
	runs, _, err := r.engine.List(ctx, flow.Query{Module: id, From: from, To: to, Limit: limit})
	for i := range runs {
		one := &runs[i]
		h := api.Happening{
			At: one.Created, Kind: "run", ID: one.Module, Title: one.Flow + ": " + string(one.State), Text: one.Why, Who: one.Who,
			URL: "/changes/runs/" + url.PathEscape(one.ID),
		}
		if one.Reason != "" {
			h.Text += " (" + one.Reason + ")"
		}
		all = append(all, h)
	}
	return all, err
}

// marksOfNode are the marked intervals of a node and of those above it.
type marksOfNode struct{ table state.Marks }

// Happenings implements api.TimelineSource.
func (m marksOfNode) Happenings(ctx context.Context, id string, from, to time.Time, limit int) (all []api.Happening, err error) {
	path, err := fleet.ParseID(id)
	if err != nil {
		return nil, err
	}
	marks, err := m.table.Marks(ctx)
	for i := len(marks) - 1; i >= 0 && len(all) < limit; i-- { // the newest first
		one := &marks[i]
		if !one.InForce(time.Time{}) || !path.Under(one.Path) || !within(one.From, from, to) {
			continue
		}
		all = append(all, api.Happening{At: one.From, Kind: "mark", ID: one.Path.ID(), Title: one.String(), Who: one.Who})
	}
	return all, err
}

// alarmsOfNode are the alarms of a node and of what lies below it.
type alarmsOfNode struct{ table state.Alarms }

// Happenings implements api.TimelineSource.
func (t alarmsOfNode) Happenings(ctx context.Context, id string, from, to time.Time, limit int) (all []api.Happening, err error) {
	err = t.table.Each(ctx, state.AlarmQuery{Path: id, From: from, To: to, Limit: limit}, func(row state.Alarm) error {
		var a alarm.Alarm
		if err := json.Unmarshal(row.Data, &a); err != nil {
			return fmt.Errorf("read alarm %s: %w", row.ID, err)
		}
		all = append(all, api.Happening{
			At: row.Received, Kind: "alarm", ID: row.Path, Title: a.Kind() + ": " + string(a.Outcome), Text: a.Reason, Who: a.AckedBy,
			URL: "/alarms/" + url.PathEscape(row.ID),
		})
		return nil
	})
	return all, err
}

// within tells whether a time lies in an interval; a zero bound is none.
func within(t, from, to time.Time) bool {
	return (from.IsZero() || !t.Before(from)) && (to.IsZero() || t.Before(to))
}
