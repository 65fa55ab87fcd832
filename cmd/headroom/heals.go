package main

import (
	"fmt"
	"io"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// healsCommand is "heals [PATH]", "heals brake" and "heals release".
type healsCommand struct {
	*client
	newest
	path, result string
	reason       string
}

func addHeals(app *kingpin.Application) {
	cmd := app.Command("heals", "What was done about alarms before anybody was told.")

	sub := cmd.Command("list", "Print what was done, the newest first.").Default()
	list := &healsCommand{client: addClient(sub)}
	sub.Arg("path", "Only for this node of the business tree and below, as Qzone/WNS.").StringVar(&list.path)
	sub.Flag("result", "Only those with this result or verdict: done, failed, unknown, would, helped or \"helped not\".").StringVar(&list.result)
	list.addFlags(sub, "those started")
	sub.Action(func(*kingpin.ParseContext) error { return list.list(time.Now()) })

	sub = cmd.Command("brake", "Tell whether all healing is stopped, since too much wanted it at once.")
	brake := &healsCommand{client: addClient(sub)}
	sub.Action(func(*kingpin.ParseContext) error { return brake.brake() })

	sub = cmd.Command("release", "Let healing go on after it was stopped.")
	release := &healsCommand{client: addClient(sub)}
	sub.Flag("reason", "Why it is safe to heal again.").Required().StringVar(&release.reason)
	sub.Action(func(*kingpin.ParseContext) error { return release.release() })
}

type healLine struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	Action    string    `json:"action"`
	Path      string    `json:"path"`
	Node      string    `json:"node"`
	Who       string    `json:"who"`
	StartedAt time.Time `json:"started_at"`
	Result    string    `json:"result"`
	Verdict   string    `json:"verdict"`
	Reason    string    `json:"reason"`
}

type healPage struct {
	Heals []healLine `json:"heals"`
	More  bool       `json:"more"`
}

func (c *healsCommand) list(now time.Time) error {
	params, err := c.params(now, map[string]string{"path": c.path, "result": c.result})
	if err != nil {
		return err
	}
	ask := func(data any) error { return c.get("heals", params, data) }
	return show(c.client, c.json, ask, func(p *healPage) error { return p.print(c.out) })
}

var healColors = map[string]string{"failed": "1;31", "helped not": "1;31", "helped": "32", "unknown": "33"}

func (p *healPage) print(w io.Writer) error {
	g := &grid{head: []string{"STARTED", "RESULT", "ACTION", "ALARM", "WHERE", "BY", "REASON"}, right: make([]bool, 7)}
	for _, h := range p.Heals {
		state := h.Result
		if h.Verdict != "" {
			state = h.Verdict
		}
		by := h.Who
		if by == "" {
			by = "headroom"
		}
		g.rows = append(g.rows, []cell{
			plain(h.StartedAt.Format("01-02 15:04:05")), {state, healColors[state]}, plain(printable(h.Action)), plain(printable(h.Kind)),
			plain(printable(rings(alarmLine{Path: h.Path, Node: h.Node}))), plain(printable(by)), plain(printable(h.Reason)),
		})
	}
	return printNewest(w, g, p.More, "Nothing was done about alarms.")
}

type brakeAnswer struct {
	Stopped    bool       `json:"stopped"`
	Since      *time.Time `json:"since"`
	Reason     string     `json:"reason"`
	ReleasedAt *time.Time `json:"released_at"`
	ReleasedBy string     `json:"released_by"`
	ReleaseWhy string     `json:"release_why"`
}

func (c *healsCommand) brake() error {
	var b brakeAnswer
	if err := c.get("heals/brake", nil, &b); err != nil {
		return err
	}
	return b.print(c.out)
}

func (b *brakeAnswer) print(w io.Writer) (err error) {
	const layout = "2006-01-02 15:04:05"
	switch {
	case b.Since == nil:
		_, err = fmt.Fprintln(w, "Healing is not stopped, and never was.")
	case b.Stopped:
		_, err = fmt.Fprintf(w, "Healing is stopped since %s: %s.\nLet it go on by: headroom heals release --reason TEXT\n", b.Since.Format(layout), printable(b.Reason))
	default:
		_, err = fmt.Fprintf(w, "Healing is not stopped. It was from %s (%s) until %s, when %s let it go on: %s\n",
			b.Since.Format(layout), printable(b.Reason), b.ReleasedAt.Format(layout), someone(b.ReleasedBy), printable(b.ReleaseWhy))
	}
	return err
}

func (c *healsCommand) release() error {
	var b brakeAnswer
	if err := c.post("heals/brake/release", nil, map[string]string{"reason": c.reason, "who": me()}, &b); err != nil {
		return err
	}
	return b.print(c.out)
}
