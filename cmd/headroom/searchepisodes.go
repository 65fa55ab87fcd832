package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"headroom/storage/search"
)

// episodes are what comes and later ends, as alarms and runs do.
type episodes[T any] struct {
	// since returns those that came, or ended, after a time or at it with a later id.
	since    func(ended bool, at time.Time, id string, limit int) ([]T, error)
	place    func(*T) (id string, came, ended time.Time)
	document func(T) (search.Document, error)
}

// episodeCursor is up to where episodes were read, in the order in which they came and in
// the order in which they ended.
type episodeCursor struct {
	Received, Closed int64 // milliseconds since 1970
	ReceivedID       string
	ClosedID         string
}

// settled is how long ago an episode must have come or ended to be written down for sure.
// What is newer is read again.
const settled = 30 * time.Second

// changed returns the documents of the episodes that came or ended since a cursor, and the
// cursor behind them.
func changed[T any](since string, limit int, now time.Time, e episodes[T]) ([]search.Document, string, error) {
	var c episodeCursor
	if since != "" {
		if err := json.Unmarshal([]byte(since), &c); err != nil {
			return nil, "", fmt.Errorf("read up to where was read: %w", err)
		}
	}
	came, err := e.since(false, time.UnixMilli(c.Received), c.ReceivedID, limit)
	if err != nil {
		return nil, "", err
	}
	ended, err := e.since(true, time.UnixMilli(c.Closed), c.ClosedID, limit-len(came))
	if err != nil {
		return nil, "", err
	}
	newest := now.Add(-settled).UnixMilli()
	c.Received, c.ReceivedID = e.behind(came, limit, c.Received, c.ReceivedID, newest, false)
	if len(came) < limit {
		c.Closed, c.ClosedID = e.behind(ended, limit-len(came), c.Closed, c.ClosedID, newest, true)
	}
	docs := make([]search.Document, 0, len(came)+len(ended))
	for _, one := range slices.Concat(came, ended) {
		d, err := e.document(one)
		if err != nil {
			return nil, "", err
		}
		docs = append(docs, d)
	}
	next, err := json.Marshal(c)
	return docs, string(next), err
}

// behind is where to go on after some episodes: behind the last one, or, if they were all
// there are, where the next one may come.
func (e episodes[T]) behind(all []T, limit int, at int64, id string, newest int64, ended bool) (int64, string) {
	if len(all) > 0 {
		last, came, over := e.place(&all[len(all)-1])
		if id, at = last, came.UnixMilli(); ended {
			at = over.UnixMilli()
		}
	}
	if len(all) < limit && at >= newest {
		return newest, ""
	}
	return at, id
}
