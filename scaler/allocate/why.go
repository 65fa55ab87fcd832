package allocate

import (
	"fmt"
	"strings"
)

// Why tells by which numbers a node was chosen. The sentence is made when
// somebody reads it.
type Why struct {
	For    string  // what the worker is for: "more", "leaving", "proxy", "spread" or "balance"
	May    int     // nodes that are open to the service
	Load   float64 // forecast load of the node before, in shares: the higher of CPU and memory
	Others int     // workers of the service on the node already
	Beyond bool    // the node goes beyond Limits.Full: no other was left
	Gain   float64 // of a move for evenness, in shares of a node

	Domains []string // the node's
	Within  []int32  // workers of the service in each of them already
}

// String is a sentence for people, such as "idlest of 212 nodes that may: 12 %
// forecast load; none of the service there; r7 has none".
func (w Why) String() string {
	var b strings.Builder
	switch w.For {
	case "leaving":
		b.WriteString("replaces one whose node is leaving; ")
	case "proxy":
		b.WriteString("its proxy has fewer workers than others; ")
	case "spread":
		b.WriteString("moves to where fewer workers of the service are; ")
	case "balance":
		fmt.Fprintf(&b, "moves for %.0f %% less load on the fuller node; ", 100*w.Gain)
	}
	fmt.Fprintf(&b, "idlest of %d nodes that may: %.0f %% forecast load; %s of the service there",
		w.May, 100*w.Load, others(w.Others))
	for i, d := range w.Domains {
		if d == "" { // nothing is known of where it stands
			continue
		}
		fmt.Fprintf(&b, "; %s has %s", d, others(int(w.Within[i])))
	}
	if w.Beyond {
		b.WriteString("; beyond its full load, as no other node is left")
	}
	return b.String()
}

func others(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}
