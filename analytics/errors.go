package analytics

import "errors"

// What a reader may have asked for in vain. They are wrapped with the name of
// the thing; callers tell them apart by errors.Is.
var (
	// ErrNoNode means that the business tree has no node with this id.
	ErrNoNode = errors.New("no such node in the business tree (a new one is there within a minute of its first sample)")
	// ErrNotKept means that nothing is kept of the time asked for.
	ErrNotKept = errors.New("not kept")
	// ErrNoModel means that no model has this name.
	ErrNoModel = errors.New("no such model")
	// ErrReading means that the history is still being read after a start, so that
	// only the classic model knows anything.
	ErrReading = errors.New("the history is being read after a start: try again in a minute")
	// ErrNoSnapshot means that no minute was judged yet.
	ErrNoSnapshot = errors.New("no minute was judged yet")
)
