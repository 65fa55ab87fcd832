package allocate

import (
	"math"
	"math/bits"
)

// Why a node takes no worker of the service that is being placed.
const (
	barShut  uint8 = 1 << iota // closed to all, or leaving
	barFull                    // MaxWorkers are there
	barClass                   // closed to the class
	barOwn                     // closed to this service
	barPort                    // no port of the service's range is free
	barCore                    // PerCore × cores of the service are there
)

// leaf is a node as the service sees it that is being placed.
type leaf struct {
	bar   uint8
	count int32   // workers of the service that will be there
	here  int32   // workers of the service that hold a place, those on their way out too
	load  float64 // forecast, in shares of the node
	key   float64 // the same with one mean worker more: what a start is chosen by
	room  int64   // CPU below Limits.Full, in millionths of a core
	free  int64   // memory that nobody holds
}

// tree is a tournament over the nodes: every branch knows the best leaf below.
// It is built along the failure domains, all nodes of a domain below one branch.
// So a worker more in a domain changes no comparison within the domain, and it
// is enough to play the way from its leaf to the root again.
//
// Slots below len(leaves) are the leaves; a branch comes after what is below it.
type tree struct {
	levels int
	leaves []leaf
	order  []int32 // node of a leaf
	pos    []int32 // leaf of a node
	domain []int32 // of a leaf on each level
	within []int32 // workers of the service in a domain
	tally  [7]int  // leaves by the first of their bars, from barShut; 0: none

	parent, left, right []int32
	best                []int32   // leaf; -1: all are barred
	room, free          []int64   // the most of a leaf below that has no bar
	low                 []float64 // the least load of one
}

// less says that x is the better place: fewer workers of the service on the
// node, then in its domains from the largest, then less load.
func (t *tree) less(x, y int32) bool {
	a, b := &t.leaves[x], &t.leaves[y]
	if a.count != b.count {
		return a.count < b.count
	}
	if c := t.compareDomains(x, y); c != 0 {
		return c < 0
	}
	if a.key != b.key {
		return a.key < b.key
	}
	return t.order[x] < t.order[y]
}

// compareDomains tells by sign which of two leaves has fewer workers of the
// service in its domains.
func (t *tree) compareDomains(x, y int32) int {
	dx, dy := int(x)*t.levels, int(y)*t.levels
	for l := range t.levels {
		p, q := t.domain[dx+l], t.domain[dy+l]
		if p == q {
			continue
		}
		if d := t.within[p] - t.within[q]; d != 0 {
			return int(d)
		}
	}
	return 0
}

func (t *tree) setLeaf(x int32) {
	l := &t.leaves[x]
	if l.bar != 0 {
		t.best[x], t.room[x], t.free[x], t.low[x] = -1, math.MinInt64, math.MinInt64, math.Inf(1)
		return
	}
	t.best[x], t.room[x], t.free[x], t.low[x] = x, l.room, l.free, l.load
}

func (t *tree) setBranch(s int32) {
	l, r := t.left[s], t.right[s]
	t.room[s], t.free[s] = max(t.room[l], t.room[r]), max(t.free[l], t.free[r])
	t.low[s] = min(t.low[l], t.low[r])
	a, b := t.best[l], t.best[r]
	if a < 0 || b >= 0 && t.less(b, a) {
		a = b
	}
	t.best[s] = a
}

// update plays the way from a changed leaf to the root again.
func (t *tree) update(x int32) {
	t.setLeaf(x)
	for s := t.parent[x]; s >= 0; s = t.parent[s] {
		t.setBranch(s)
	}
}

// updateAll does it for many leaves at once.
func (t *tree) updateAll(changed []int32) {
	if len(changed)*16 < len(t.leaves) {
		for _, x := range changed {
			t.update(x)
		}
		return
	}
	for x := range t.leaves {
		t.setLeaf(int32(x))
	}
	for s := len(t.leaves); s < len(t.best); s++ {
		t.setBranch(int32(s))
	}
}

// setBar sets or takes away bars; the caller updates.
func (t *tree) setBar(x int32, bar uint8, on bool) {
	l := &t.leaves[x]
	t.tally[firstBar(l.bar)]--
	if on {
		l.bar |= bar
	} else {
		l.bar &^= bar
	}
	t.tally[firstBar(l.bar)]++
}

// firstBar is 1 for barShut and so on; 0: none.
func firstBar(bars uint8) int {
	if bars == 0 {
		return 0
	}
	return bits.TrailingZeros8(bars) + 1
}

// find returns the best leaf with so much room and free memory; -1: none has.
func (t *tree) find(room, free int64) int32 {
	if len(t.best) == 0 {
		return -1
	}
	return t.search(int32(len(t.best)-1), room, free, -1)
}

func (t *tree) search(s int32, room, free int64, found int32) int32 {
	b := t.best[s]
	if b < 0 || t.room[s] < room || t.free[s] < free || found >= 0 && !t.less(b, found) {
		return found
	}
	if l := &t.leaves[b]; l.room >= room && l.free >= free {
		return b // the best of all below fits: no need to look further
	}
	found = t.search(t.left[s], room, free, found)
	return t.search(t.right[s], room, free, found)
}
