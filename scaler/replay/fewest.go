package replay

import "context"

// fewest is how many of the pool's nodes, or more of them, have room for all that
// is decided where room is no matter, and CPU for it; 0: no number has.
func fewest(ctx context.Context, list []*tenant, pool Pool, minutes int, enough bool) (int, error) {
	low, high := 0, len(pool.Nodes) // too few; enough
	for most := 2*peakOf(list, minutes) + len(pool.Nodes); !enough; {
		if high > most {
			return 0, ctx.Err()
		}
		low, high = high, 2*high
		enough = suffices(ctx, list, pool.sized(high), minutes)
	}
	for low+1 < high && ctx.Err() == nil {
		if n := (low + high) / 2; suffices(ctx, list, pool.sized(n), minutes) {
			high = n
		} else {
			low = n
		}
	}
	return high, ctx.Err()
}

// peakOf is the most workers of all services together.
func peakOf(list []*tenant, minutes int) (most int) {
	all := make([]int, minutes)
	for _, t := range list {
		for i := range t.minutes() {
			all[t.comes+i] += t.decided[i]
			most = max(most, all[t.comes+i])
		}
	}
	return most
}

// suffices tells whether a pool has room for all that is decided.
func suffices(ctx context.Context, list []*tenant, pool Pool, minutes int) bool {
	f := pool.open(len(list))
	wanted := make([]order, len(list))
	for m := range minutes {
		for s, t := range list {
			decided := 0
			if i := m - t.comes; 0 <= i && i < t.minutes() {
				decided = t.decided[i]
			}
			wanted[s] = t.order(m, decided)
		}
		f.carryOut(m, wanted)
		if len(f.shorts) > 0 || f.beyond() > 0 || ctx.Err() != nil {
			return false
		}
	}
	return true
}
