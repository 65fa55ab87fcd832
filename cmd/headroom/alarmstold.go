package main

import (
	"io"
	"strconv"
	"time"
)

// toldPage is what the API answers.
type toldPage struct {
	Notifications []struct {
		At        time.Time `json:"at"`
		Receiver  string    `json:"receiver"`
		With      string    `json:"integration"`
		Group     string    `json:"group"`
		What      string    `json:"what"`
		Why       string    `json:"why"`
		Error     string    `json:"error"`
		AllFiring int       `json:"all_firing"`
		AllEnded  int       `json:"all_ended"`
	} `json:"notifications"`
	More bool `json:"more"`
}

func (c *alarmsCommand) told(now time.Time) error {
	params, err := c.params(now)
	if err != nil {
		return err
	}
	ask := func(data any) error { return c.get("notifications", params, data) }
	return show(c.client, c.json, ask, func(p *toldPage) error { return p.print(c.out) })
}

var toldColors = map[string]string{"failed": "1;31", "withheld": "33"}

func (p *toldPage) print(w io.Writer) error {
	g := &grid{
		head:  []string{"AT", "WHAT", "RECEIVER", "FIRING", "ENDED", "GROUP", "WHY"},
		right: []bool{false, false, false, true, true, false, false},
	}
	for _, n := range p.Notifications {
		why := n.Why
		if n.Error != "" {
			why = n.Error
		}
		g.rows = append(g.rows, []cell{
			plain(n.At.Format("01-02 15:04:05")), {n.What, toldColors[n.What]}, plain(printable(n.Receiver + " " + n.With)),
			plain(strconv.Itoa(n.AllFiring)), plain(strconv.Itoa(n.AllEnded)), plain(printable(n.Group)), plain(printable(why)),
		})
	}
	return printNewest(w, g, p.More, "Nobody was told of anything.")
}
