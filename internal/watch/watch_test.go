package watch_test

import (
	"testing"

	"headroom/internal/watch"
)

func TestSlowReadersGetOneSignalForMany(t *testing.T) {
	var w watch.Watchers
	w.Signal()
	a, endA := w.Subscribe()
	b, endB := w.Subscribe()
	defer endB()
	w.Signal()
	w.Signal()
	endA()
	<-a
	<-b
	w.Signal()
	<-b
	select {
	case <-a:
		t.Error("a signal after the end")
	case <-b:
		t.Error("two signals for one")
	default:
	}
}
