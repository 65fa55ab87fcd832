package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"headroom/scaler/flow"
	"headroom/scaler/request"
	"headroom/storage/search"
	"headroom/storage/state"
)

// runSource are the runs of flows.
type runSource struct {
	table state.Flows
	now   func() time.Time
	told  map[string]string // what was told last of those that are open, by id
}

// Name implements search.Source.
func (*runSource) Name() string { return "run" }

// Changed implements search.Source.
func (s *runSource) Changed(ctx context.Context, since string, limit int) ([]search.Document, string, error) {
	docs, next, err := s.episodes(ctx, since, limit)
	if err != nil || len(docs) >= limit {
		return docs, next, err
	}
	open, err := s.open(ctx, limit-1-len(docs)) // fewer than limit: these are all for now
	return append(docs, open...), next, err
}

// open returns up to so many of the runs that are open and stand otherwise than when they
// were told of last: one that waits can be found by what it waits for.
func (s *runSource) open(ctx context.Context, limit int) (docs []search.Document, err error) {
	rows, err := s.table.Runs(ctx, state.FlowRunQuery{Open: true, Limit: maxOpenRuns})
	if err != nil {
		return nil, err
	}
	told := map[string]string{}
	for _, row := range rows {
		d, err := runDocument(row)
		if err != nil {
			return nil, err
		}
		if told[row.ID] = s.told[row.ID]; told[row.ID] != d.Text && len(docs) < limit {
			told[row.ID] = d.Text
			docs = append(docs, d)
		}
	}
	s.told = told
	return docs, nil
}

// maxOpenRuns limits the open runs, the newest first, that are looked at for what they wait for.
const maxOpenRuns = 1000

func (s *runSource) episodes(ctx context.Context, since string, limit int) ([]search.Document, string, error) {
	return changed(since, limit, s.now(), episodes[state.FlowRun]{
		since: func(ended bool, at time.Time, id string, limit int) ([]state.FlowRun, error) {
			return s.table.RunsSince(ctx, ended, at, id, limit)
		},
		place:    func(r *state.FlowRun) (id string, came, ended time.Time) { return r.ID, r.Created, r.Ended },
		document: runDocument,
	})
}

// runDocument is a run as it is found: by its flow, what it changes, who wants it and why.
// Inputs are left out: they may be anything.
func runDocument(row state.FlowRun) (search.Document, error) {
	var r flow.Run
	if err := json.Unmarshal(row.Data, &r); err != nil {
		return search.Document{}, fmt.Errorf("read run %s: %w", row.ID, err)
	}
	lines := []string{nameOf(row.Module), strings.Join(row.Nodes, " "), r.Who + ": " + r.Why, row.State, r.Reason}
	return search.Document{
		Kind: "run", ID: row.ID, Path: row.Module, At: row.Created, URL: "/changes/runs/" + url.PathEscape(row.ID),
		Title: strings.TrimSpace(row.Flow + " " + nameOf(row.Module)), Text: joinLines(lines),
	}, nil
}

// requestSet are what people asked for.
type requestSet struct{ table state.Requests }

// Kind implements search.Set.
func (requestSet) Kind() string { return "request" }

// Version implements search.Set.
func (s requestSet) Version(ctx context.Context) (string, error) { return s.table.Version(ctx) }

// Documents implements search.Set.
func (s requestSet) Documents(ctx context.Context) (docs []search.Document, err error) {
	rows, err := s.table.Find(ctx, state.RequestQuery{})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		var r request.Request
		if err := json.Unmarshal(row.Data, &r); err != nil {
			return nil, fmt.Errorf("read request %d: %w", row.Number, err)
		}
		lines := []string{r.Who + ": " + r.Why, string(r.Kind), row.State, r.Reason}
		for _, step := range r.History {
			lines = append(lines, strings.TrimSpace(step.Who+" "+step.What+": "+step.Why))
		}
		id := fmt.Sprintf("R%d", row.Number)
		docs = append(docs, search.Document{
			Kind: "request", ID: id, Path: row.Path, At: row.Opened, Title: id + " " + r.Title, Text: joinLines(lines),
			URL: "/changes?" + url.Values{"show": {"requests"}, "of": {id}, "q": {id}}.Encode(),
		})
	}
	return docs, nil
}

// joinLines leaves out what is empty.
func joinLines(lines []string) string {
	var all []string
	for _, line := range lines {
		if line != "" {
			all = append(all, line)
		}
	}
	return strings.Join(all, "\n")
}
