package main

import (
	"fmt"
	"io"
	"time"

	"headroom/scaler/replay"
)

// printPlacement tells what became of the decisions in the pool.
func printPlacement(w io.Writer, p *replay.Placement, alone []*replay.Comparison) error {
	fmt.Fprintf(w, "All in one pool of %d nodes, %s to %s:\n\n", p.Nodes, p.From.Format(time.DateTime), p.To.Format(time.DateTime))
	if err := placementGrid(p, alone).print(w, terminal(w)); err != nil {
		return err
	}
	if p.Short.Minutes == 0 {
		return nil
	}
	fmt.Fprintln(w)
	return shortGrid(p).print(w, terminal(w))
}

func placementGrid(p *replay.Placement, alone []*replay.Comparison) *grid {
	g := &grid{head: []string{"", "POOL", ""}, right: []bool{false, true, false}}
	add := func(what, figure, note string) {
		g.rows = append(g.rows, []cell{plain(what), plain(figure), plain(printable(note))})
	}
	above, minutes, aloneAbove := 0, 0, 0
	for i, one := range p.Each {
		above, minutes, aloneAbove = above+one.Run.Above, minutes+one.Run.Minutes, aloneAbove+alone[i].Policy.Above
	}
	of := func(n, all int) string { return shareText(float64(n)/float64(all), 2) }
	add("worker-hours", fmt.Sprintf("%.1f", p.Placed), fmt.Sprintf("%.1f decided", p.Decided))
	add("minutes above target", of(above, minutes), of(aloneAbove, minutes)+" with room for all")
	add("minutes short of room", fmt.Sprint(p.Short.Minutes), fmt.Sprintf("of %d", p.Minutes))
	add("worker-hours short of room", fmt.Sprintf("%.1f", p.Short.Workers), mostShort(p.Short))
	add("minutes beyond a node's CPU", fmt.Sprint(p.Beyond), "")
	add("nodes in use", decimal(p.Used.Mean, 1), "at most "+decimal(p.Used.Most, 0))
	fewest := "no number of such nodes is enough"
	if p.Fewest > 0 {
		fewest = ""
	}
	add("fewest nodes that suffice", orDash(p.Fewest), fewest)
	add("fullest node's CPU", shareText(p.Fullest.Mean, 0), fmt.Sprintf("at most %s; mean node %s", shareText(p.Fullest.Most, 0), shareText(p.Mean.Mean, 0)))
	add("a service loses with a node", shareText(p.Node.Share, 1), "at best "+shareText(p.Node.Least, 1))
	if p.Domain.Share.Known() {
		add("… with a domain", shareText(p.Domain.Share, 1), "at best "+shareText(p.Domain.Least, 1))
	}
	add("moves", fmt.Sprint(p.Moves), "")
	return g
}

func mostShort(l replay.Lack) string {
	if l.Minutes == 0 {
		return ""
	}
	return fmt.Sprintf("at most %d workers, %s", l.Most, l.At.Format(time.DateTime))
}

func orDash(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

// shortGrid are the services that were short of room.
func shortGrid(p *replay.Placement) *grid {
	g := &grid{head: []string{"SHORT", "MINUTES", "MOST WORKERS", "AT", "WHY"}, right: []bool{false, true, true, false, false}}
	for _, one := range p.Each {
		if l := one.Short; l.Minutes > 0 {
			g.rows = append(g.rows, []cell{
				plain(printable(one.Name)), count(l.Minutes), count(l.Most), plain(l.At.Format(time.DateTime)), plain(printable(l.Why)),
			})
		}
	}
	return g
}
