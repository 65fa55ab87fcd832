// Package audit says who changed what, when and why: an append-only log whose entries
// are chained by hashes, so that one that is changed or taken away is noticed.
package audit

import (
	"context"
	"encoding/json"
	"time"
)

// Entry is one write that somebody made or was refused.
type Entry struct {
	Seq    int64           `json:"seq"` // from 1, without gaps; set by the log
	At     time.Time       `json:"at"`  // set by the log if zero
	Who    string          `json:"who"`
	From   string          `json:"from,omitempty"`   // address of the client
	Action string          `json:"action"`           // as "run.retry", "request.approve", "note.set"
	Object string          `json:"object"`           // id of what was changed
	Path   string          `json:"path,omitempty"`   // id of the tree node that it lies in; empty: all or none
	Why    string          `json:"why,omitempty"`    //
	Result string          `json:"result,omitempty"` // empty: done; otherwise why it was refused or failed
	Detail json.RawMessage `json:"detail,omitempty"` // without secrets
	Prev   string          `json:"prev"`             // Hash of the entry before
	Hash   string          `json:"hash"`             // SHA-256 over all the others, hex
}

// Log takes entries. One whose Add returned nil is on the disk.
type Log interface {
	Add(ctx context.Context, e Entry) error
}
