package isolate

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestGroupsHaveOneDaemon(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: the lock lies in /run")
	}
	root := fmt.Sprintf("headroom-test-%d-claim", os.Getpid())
	open := func() *Groups {
		g, err := Open(Options{Root: root})
		if err != nil {
			t.Skip(err)
		}
		return g
	}
	first, err := open().Claim()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open().Claim(); err == nil || !strings.Contains(err.Error(), "another daemon works with the control groups") {
		t.Errorf("a second daemon gets %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := open().Claim()
	if err != nil {
		t.Fatalf("the next daemon gets %v", err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open().Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(open().lockName()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock's file is left: %v", err)
	}
}
