package api

import (
	"slices"
	"testing"

	"headroom/storage/fleet"
)

func TestNamesAreOrderedAsPeopleReadThem(t *testing.T) {
	want := []string{
		"", "007", "7", "7a", "10", "99999999999999999998", "99999999999999999999",
		"a1", "SET_w", "SET_W", "SET_W9", "set_w10", "SET_W10a", "SET_W010b", "web", "模块",
	}
	slices.SortFunc(want[8:10], compareNames) // which case comes first does not matter
	for i, a := range want {
		for j, b := range want {
			if got := compareNames(a, b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%q and %q: %d", a, b, got)
			}
		}
	}
}

func TestPathsAreOrderedNameByName(t *testing.T) {
	want := []fleet.Path{{"shop"}, {"shop", "a"}, {"shop", "b", "x9"}, {"shop", "b", "x10"}, {"shop 2"}}
	if !slices.IsSortedFunc(want, comparePaths) {
		t.Error("a node stands before what lies below it, and that before the next node")
	}
}

// FuzzNamesAreInOneOrder holds what sorting needs of any three names.
func FuzzNamesAreInOneOrder(f *testing.F) {
	f.Add("SET_W9", "set_w10", "SET_W010")
	f.Add("1", "01", "a\xff")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if compareNames(a, b) != -compareNames(b, a) {
			t.Errorf("%q and %q are not in one order", a, b)
		}
		if (compareNames(a, b) == 0) != (a == b) {
			t.Errorf("%q and %q: equal are those that are the same", a, b)
		}
		if compareNames(a, b) < 0 && compareNames(b, c) < 0 && compareNames(a, c) >= 0 {
			t.Errorf("%q, %q and %q go round in a circle", a, b, c)
		}
	})
}
