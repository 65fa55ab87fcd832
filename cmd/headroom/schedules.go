package main

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"headroom/scaler/flow"
)

// scheduleCommand is "schedule list", "schedule add FLOW" and "schedule remove ID".
type scheduleCommand struct {
	*client
	json  bool
	one   flow.Schedule
	given []string // of inputs, as name=value
}

func addSchedule(app *kingpin.Application) {
	cmd := app.Command("schedule", "Flows that start again and again, and the windows in which changes may begin.")

	sub := cmd.Command("list", "Print schedules and maintenance windows.").Default()
	list := &scheduleCommand{client: addClient(sub)}
	sub.Flag("json", "Print JSON, as the API has it.").BoolVar(&list.json)
	sub.Action(func(*kingpin.ParseContext) error { return list.list() })

	sub = cmd.Command("add", "Start a flow again and again.")
	add := &scheduleCommand{client: addClient(sub)}
	sub.Arg("flow", "The flow's name.").Required().StringVar(&add.one.Flow)
	sub.Flag("cron", "When: minute, hour, day, month and weekday, as '0 2 * * SUN', or @daily.").Required().StringVar(&add.one.Cron)
	sub.Flag("zone", "Time zone of the times, as Asia/Shanghai (default: the server's).").StringVar(&add.one.Zone)
	sub.Flag("input", "An input as name=value; a list as a,b, and anything else as JSON.").Short('i').StringsVar(&add.given)
	sub.Flag("window", "Maintenance window in which its runs may begin.").StringVar(&add.one.Window)
	sub.Flag("catch-up", "Make up for starts that were missed while the server was down, by one.").BoolVar(&add.one.CatchUp)
	sub.Flag("overlap", "Start although the last run is not over.").BoolVar(&add.one.Overlap)
	sub.Flag("why", "A sentence for the others.").StringVar(&add.one.Why)
	sub.Action(func(*kingpin.ParseContext) error { return add.add() })

	sub = cmd.Command("remove", "Remove a schedule; one of the configuration is removed there.")
	gone := &scheduleCommand{client: addClient(sub)}
	sub.Arg("id", "As the list has it.").Required().StringVar(&gone.one.ID)
	sub.Action(func(*kingpin.ParseContext) error { return gone.remove() })
}

// scheduleList is the answer about all schedules.
type scheduleList struct {
	Schedules []flow.Schedule
	Windows   []struct {
		Name, Cron, Zone, Path string
		DurationSeconds        float64 `json:"duration_seconds"`
	}
}

func (c *scheduleCommand) list() error {
	ask := func(data any) error { return c.get("schedules", nil, data) }
	return show(c.client, c.json, ask, func(l *scheduleList) error { return l.print(c.out) })
}

func (l *scheduleList) print(w io.Writer) error {
	if len(l.Schedules)+len(l.Windows) == 0 {
		_, err := fmt.Fprintln(w, "No flow is started by schedule. Add one by: headroom schedule add FLOW --cron '0 2 * * SUN'")
		return err
	}
	g := &grid{head: []string{"ID", "FLOW", "WHEN", "NEXT", "LAST RUN", "WHO", "WHY"}, right: make([]bool, 7)}
	for _, s := range l.Schedules {
		last := plain(s.LastRun)
		if s.LastError != "" {
			last = cell{printable(s.LastError), "31"}
		}
		g.rows = append(g.rows, []cell{
			plain(s.ID), plain(s.Flow), plain(strings.TrimSpace(s.Cron + " " + s.Zone)), plain(dayTime(s.Next)), last, plain(printable(s.Who)), plain(printable(s.Why)),
		})
	}
	if err := printTable(w, fmt.Sprintf("Schedules: %d", len(l.Schedules)), g); err != nil || len(l.Windows) == 0 {
		return err
	}
	g = &grid{head: []string{"WINDOW", "OPENS", "FOR", "PATH"}, right: make([]bool, 4)}
	for _, o := range l.Windows {
		g.rows = append(g.rows, []cell{plain(o.Name), plain(strings.TrimSpace(o.Cron + " " + o.Zone)), plain(fmt.Sprintf("%g min", o.DurationSeconds/60)), plain(cmp.Or(o.Path, "all"))})
	}
	return printTable(w, "", g)
}

func (c *scheduleCommand) add() (err error) {
	if c.one.Inputs, err = named("--input", c.given); err != nil {
		return err
	}
	c.one.Who = me()
	var made flow.Schedule
	if err := c.post("schedules", nil, &c.one, &made); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "schedule %s starts %s at %s\n", made.ID, made.Flow, made.Next.Format("2006-01-02 15:04 MST"))
	return err
}

func (c *scheduleCommand) remove() error {
	if err := c.ask(http.MethodDelete, "schedules/"+url.PathEscape(c.one.ID), nil, nil, nil); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "schedule %s is removed\n", c.one.ID)
	return err
}
