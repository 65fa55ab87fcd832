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
	key   float64 // the same with half a mean worker more: what a start is chosen by
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

	branches []branch
}

// branch is what lies below a slot.
type branch struct {
	room, free          int64   // the most of a leaf that has no bar
	low                 float64 // the least load of one
	best                int32   // leaf; -1: all are barred
	parent, left, right int32   // slots; parent of the root: -1
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
	l, b := &t.leaves[x], &t.branches[x]
	if l.bar != 0 {
		b.best, b.room, b.free, b.low = -1, math.MinInt64, math.MinInt64, math.Inf(1)
		return
	}
	b.best, b.room, b.free, b.low = x, l.room, l.free, l.load
}

func (t *tree) setBranch(b *branch) {
	l, r := &t.branches[b.left], &t.branches[b.right]
	b.room, b.free, b.low = max(l.room, r.room), max(l.free, r.free), min(l.low, r.low)
	b.best = l.best
	if b.best < 0 || r.best >= 0 && t.less(r.best, b.best) {
		b.best = r.best
	}
}

// update plays the way from a changed leaf to the root again.
func (t *tree) update(x int32) {
	t.setLeaf(x)
	for s := t.branches[x].parent; s >= 0; s = t.branches[s].parent {
		t.setBranch(&t.branches[s])
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
	for s := len(t.leaves); s < len(t.branches); s++ {
		t.setBranch(&t.branches[s])
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
	if len(t.branches) == 0 {
		return -1
	}
	return t.search(int32(len(t.branches)-1), room, free, -1)
}

func (t *tree) search(slot int32, room, free int64, found int32) int32 {
	b := &t.branches[slot]
	if b.best < 0 || b.room < room || b.free < free || found >= 0 && !t.less(b.best, found) {
		return found
	}
	if l := &t.leaves[b.best]; l.room >= room && l.free >= free {
		return b.best // the best of all below fits: no need to look further
	}
	found = t.search(b.left, room, free, found)
	return t.search(b.right, room, free, found)
}

// root is what lies below all.
func (t *tree) root() *branch { return &t.branches[len(t.branches)-1] }
