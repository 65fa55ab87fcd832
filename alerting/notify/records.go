package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/nflog/nflogpb"
	"google.golang.org/protobuf/encoding/protodelim"

	"headroom/storage/state"
)

// Kinds of entries in the state database.
const (
	silenceEntry = "silence"
	groupEntry   = "group"
)

// maxBatch is how many records are written to the disk at once.
const maxBatch = 256

var errClosed = errors.New("notifications have been stopped")

// records writes what was told to the state database. Those who come while others
// are written are written together, so that many groups share one sync of the disk.
type records struct {
	db      state.Notifications
	in      chan record
	stopped chan struct{}
}

type record struct {
	told    *state.Notification // nil: none
	entries []state.Entry
	settled []int64 // notifications that are in their alarms now
	done    chan error
}

func newRecords(db state.Notifications) *records {
	return &records{db: db, in: make(chan record, maxBatch), stopped: make(chan struct{})}
}

// keep returns once a notification and entries are on the disk.
func (r *records) keep(told *state.Notification, entries ...state.Entry) error {
	job := record{told: told, entries: entries, done: make(chan error, 1)}
	select {
	case r.in <- job:
	case <-r.stopped:
		return errClosed
	}
	select {
	case err := <-job.done:
		return err
	case <-r.stopped:
		return errClosed
	}
}

// settle says that notifications are in their alarms. It waits for nothing; false
// means that there is no room now.
func (r *records) settle(ids []int64) bool {
	select {
	case r.in <- record{settled: ids, done: make(chan error, 1)}:
		return true
	default:
		return false
	}
}

// run writes until ctx is done, and then what waits.
func (r *records) run(ctx context.Context) {
	defer close(r.stopped)
	for {
		select {
		case first := <-r.in:
			r.write(r.batch(first))
		case <-ctx.Done():
			if len(r.in) == 0 {
				return
			}
		}
	}
}

// batch collects what waits.
func (r *records) batch(first record) []record {
	batch := []record{first}
	for len(batch) < maxBatch {
		select {
		case next := <-r.in:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

func (r *records) write(batch []record) {
	var told []*state.Notification
	var entries []state.Entry
	var settled []int64
	for _, job := range batch {
		if job.told != nil {
			told = append(told, job.told)
		}
		entries = append(entries, job.entries...)
		settled = append(settled, job.settled...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := r.db.Keep(ctx, told, entries, settled)
	for _, job := range batch {
		job.done <- err
	}
}

// groupLog is Alertmanager's log of who was told of which group, each change of
// which is kept together with the notification that made it.
type groupLog struct {
	*nflog.Log
	records *records

	mu   sync.Mutex // held while an entry is logged; protects last
	last []byte     // the entry, as the log broadcasts it
}

// newGroupLog returns the log with what the database has.
func newGroupLog(ctx context.Context, db state.Notifications, r *records, opts nflog.Options) (*groupLog, error) {
	log, err := nflog.New(opts)
	if err != nil {
		return nil, fmt.Errorf("make the log of notifications: %w", err)
	}
	entries, err := db.Entries(ctx, groupEntry)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if err := log.Merge(e.Value); err != nil {
			return nil, fmt.Errorf("read the log of notifications: %q: %w", e.ID, err)
		}
	}
	g := &groupLog{Log: log, records: r}
	log.SetBroadcast(func(entry []byte) { g.last = entry })
	return g, nil
}

// told notes that a receiver's integration was told of a group, and keeps it with
// the notification, which may be nil.
func (g *groupLog) told(n *state.Notification, to *nflogpb.Receiver, group string, firing, ended []uint64, data *nflog.Store, expiry time.Duration) error {
	entry, err := g.log(to, group, firing, ended, data, expiry)
	if err != nil {
		return err
	}
	if entry == nil { // the clock went backwards: the log keeps what is newer
		return g.records.keep(n)
	}
	expires, err := groupExpiry(entry)
	if err != nil {
		return err
	}
	id := fmt.Sprintf("%s/%s/%d:%s", to.GroupName, to.Integration, to.Idx, group)
	return g.records.keep(n, state.Entry{Kind: groupEntry, ID: id, Expires: expires, Value: entry})
}

func (g *groupLog) log(to *nflogpb.Receiver, group string, firing, ended []uint64, data *nflog.Store, expiry time.Duration) ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = nil
	if err := g.Log.Log(to, group, firing, ended, data, expiry); err != nil {
		return nil, fmt.Errorf("note who was told: %w", err)
	}
	return g.last, nil
}

func groupExpiry(entry []byte) (time.Time, error) {
	var e nflogpb.MeshEntry
	if err := protodelim.UnmarshalFrom(bytes.NewReader(entry), &e); err != nil {
		return time.Time{}, fmt.Errorf("read an entry of the log of notifications: %w", err)
	}
	return e.ExpiresAt.AsTime(), nil
}
