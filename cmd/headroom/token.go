package main

import (
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// accessCommand is "token" and "grant" with what they share.
type accessCommand struct {
	*client
	json  bool
	id    string
	ask   accessBody
	lasts time.Duration
	into  string // file that a new token is written to
}

// accessBody is a grant or a token as the API takes it.
type accessBody struct {
	Subject string     `json:"subject,omitempty"`
	Name    string     `json:"name,omitempty"`
	Role    string     `json:"role"`
	Path    string     `json:"path,omitempty"`
	Until   *time.Time `json:"until,omitempty"`
	Why     string     `json:"why,omitempty"`
}

// accessLine is a grant or a token as the API lists it.
type accessLine struct {
	ID      string     `json:"id"`
	Subject string     `json:"subject"`
	Name    string     `json:"name"`
	Role    string     `json:"role"`
	Path    string     `json:"path"`
	Until   *time.Time `json:"until"`
	Why     string     `json:"why"`
	MadeBy  string     `json:"made_by"`
	UsedAt  *time.Time `json:"used_at"`
	Token   string     `json:"token"`
}

func addToken(app *kingpin.Application) {
	cmd := app.Command("token", "Tokens by which programs are known.")
	make, m := addAccess(cmd, "create", "Make a token and print it; it is never shown again.")
	make.Arg("name", "What uses it, as ci.").Required().StringVar(&m.ask.Name)
	m.addWhat(make)
	make.Flag("out", "Write the token to this new file, which only you can read, instead of printing it.").StringVar(&m.into)
	make.Action(func(*kingpin.ParseContext) error { return m.makeToken(time.Now()) })

	list, l := addAccess(cmd, "list", "Print the tokens that you may revoke, without the tokens themselves.")
	list.Flag("json", "Print JSON, as the API has it.").BoolVar(&l.json)
	list.Action(func(*kingpin.ParseContext) error { return l.list("tokens", tokenGrid) })

	revoke, r := addAccess(cmd, "revoke", "Take a token back.")
	revoke.Arg("id", "As the list has it.").Required().StringVar(&r.id)
	revoke.Action(func(*kingpin.ParseContext) error { return r.take("tokens", "Token %s is revoked.\n") })
}

func addGrant(app *kingpin.Application) {
	cmd := app.Command("grant", "Roles that people and programs have on parts of the business tree.")
	add, a := addAccess(cmd, "add", "Give somebody a role.")
	add.Arg("subject", "user:NAME, group:NAME, token:ID or chat:NAME.").Required().StringVar(&a.ask.Subject)
	a.addWhat(add)
	add.Action(func(*kingpin.ParseContext) error { return a.makeGrant(time.Now()) })

	list, l := addAccess(cmd, "list", "Print who has which role.")
	list.Flag("json", "Print JSON, as the API has it.").BoolVar(&l.json)
	list.Action(func(*kingpin.ParseContext) error { return l.list("grants", grantGrid) })

	end, e := addAccess(cmd, "end", "Take a role back that was given.")
	end.Arg("id", "As the list has it.").Required().StringVar(&e.id)
	end.Action(func(*kingpin.ParseContext) error { return e.take("grants", "Grant %s has ended.\n") })
}

func addAccess(parent *kingpin.CmdClause, name, help string) (*kingpin.CmdClause, *accessCommand) {
	cmd := parent.Command(name, help)
	return cmd, &accessCommand{client: addClient(cmd)}
}

func (c *accessCommand) addWhat(cmd *kingpin.CmdClause) {
	cmd.Arg("role", "viewer, operator or admin.").Required().EnumVar(&c.ask.Role, "viewer", "operator", "admin")
	cmd.Arg("path", "A node of the business tree, with all below it (default: all).").StringVar(&c.ask.Path)
	cmd.Flag("for", "How long, as 720h (default: until it is taken back).").DurationVar(&c.lasts)
	cmd.Flag("reason", "A sentence for the others.").StringVar(&c.ask.Why)
}

// send asks for a grant or a token from now on.
func (c *accessCommand) send(to string, now time.Time) (made accessLine, err error) {
	if c.lasts < 0 {
		return made, fmt.Errorf("--for: want a length of time as 720h, got %v", c.lasts)
	}
	if c.lasts > 0 {
		until := now.Add(c.lasts)
		c.ask.Until = &until
	}
	return made, c.post(to, nil, c.ask, &made)
}

func (c *accessCommand) makeToken(now time.Time) error {
	out := os.Stdout
	if c.into != "" {
		f, err := os.OpenFile(c.into, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		defer f.Close()
		out = f
	}
	made, err := c.send("tokens", now)
	if err != nil {
		if c.into != "" {
			_ = os.Remove(c.into)
		}
		return err
	}
	fmt.Fprintf(os.Stderr, "headroom: token %s of %s: %s of %s%s\n", made.ID, printable(made.Name), made.Role, everything(made.Path), untilText(made.Until))
	if _, err := fmt.Fprintln(out, made.Token); err != nil {
		return fmt.Errorf("token %s was made and could not be written: %w", made.ID, err)
	}
	return nil
}

func (c *accessCommand) makeGrant(now time.Time) error {
	made, err := c.send("grants", now)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s is %s of %s%s (grant %s)\n", printable(made.Subject), made.Role, everything(made.Path), untilText(made.Until), made.ID)
	return err
}

func (c *accessCommand) list(what string, table func([]accessLine) *grid) error {
	return show(c.client, c.json, func(data any) error { return c.get(what, nil, data) }, func(all *[]accessLine) error {
		return table(*all).print(c.out, terminal(c.out))
	})
}

func (c *accessCommand) take(what, told string) error {
	if err := c.client.ask("DELETE", what+"/"+url.PathEscape(c.id), nil, nil, &struct{}{}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, told, printable(c.id))
	return err
}

func tokenGrid(all []accessLine) *grid {
	g := &grid{head: []string{"id", "name", "role", "path", "until", "used", "made by", "reason"}, right: make([]bool, 8)}
	for _, t := range all {
		g.rows = append(g.rows, []cell{
			plain(t.ID), plain(printable(t.Name)), plain(t.Role), plain(printable(everything(t.Path))), plain(minuteText(t.Until)), plain(minuteText(t.UsedAt)),
			plain(printable(t.MadeBy)), plain(printable(t.Why)),
		})
	}
	return g
}

func grantGrid(all []accessLine) *grid {
	g := &grid{head: []string{"id", "subject", "role", "path", "until", "made by", "reason"}, right: make([]bool, 7)}
	for _, t := range all {
		id := t.ID
		if id == "" {
			id = "-"
		}
		g.rows = append(g.rows, []cell{
			plain(id), plain(printable(t.Subject)), plain(t.Role), plain(printable(everything(t.Path))), plain(minuteText(t.Until)), plain(printable(t.MadeBy)), plain(printable(t.Why)),
		})
	}
	return g
}

func everything(path string) string {
	if path == "" {
		return "everything"
	}
	return path
}

// minuteText is a time in a table; "-" if there is none.
func minuteText(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Format("2006-01-02 15:04")
}

func untilText(t *time.Time) string {
	if t == nil {
		return ""
	}
	return " until " + minuteText(t)
}
