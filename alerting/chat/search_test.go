package chat

import (
	"context"
	"errors"
	"testing"

	"headroom/storage/search"
)

// finder has documents of several places, and remembers what it was asked.
type finder struct {
	asked search.Query
	err   error
}

func (f *finder) Search(_ context.Context, q search.Query) (search.Result, error) {
	f.asked = q
	hit := func(kind, id, path, title, snippet string, timed bool) search.Hit {
		h := search.Hit{Document: search.Document{Kind: kind, ID: id, Path: path, Title: title}, Snippet: snippet}
		if timed {
			h.At = evening
		}
		return h
	}
	return search.Result{Hits: []search.Hit{
		hit("module", "Qzone/SET_W13", "Qzone/SET_W13", "Qzone/SET_W13", "owner: \x01ann\x02", false),
		hit("runbook", "disk.md", "", "When a disk is full", "", false),
		hit("alarm", "a1", "QQ/push", "DiskFull", "web-7", true),
		hit("alarm", "a2", "", "Watchdog", "", true),
	}}, f.err
}

func TestFindByChat(t *testing.T) {
	w, f := newWorld(t), &finder{}
	w.Finder = f
	const theirs = "• module Qzone/SET_W13: owner: ann\n• runbook When a disk is full (disk.md)"
	w.wantAnswer("U2", `find disk "is full"`, theirs+"\n• alarm DiskFull (a1): web-7\n• alarm Watchdog (a2)")
	if f.asked.Text != `disk "is full"` {
		t.Errorf("%+v", f.asked)
	}
	w.wantAnswer("U3", "搜索 disk", theirs) // of their part of the tree
	w.wantAnswer("U2", "search", "what? As in: find disk full")
	f.err = errors.New("the disk is full")
	w.wantAnswer("U2", "find x", "bob: that failed: the disk is full")
	w.Finder = nil
	w.wantAnswer("U2", "find x", "nothing can be searched for here")
}
