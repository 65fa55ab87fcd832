package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/storage/audit"
)

// auditCommand is what shows the audit log.
type auditCommand struct {
	*client
	json                      bool
	who, action, object, path string
	from, to, file, hash      string
	limit                     int
	seq                       int64
}

func addAudit(app *kingpin.Application) {
	cmd := app.Command("audit", "The audit log: who changed what, when and why.")

	list := cmd.Command("list", "Print the newest entries.").Default()
	l := &auditCommand{client: addClient(list)}
	list.Flag("json", "Print JSON, as the API has it.").BoolVar(&l.json)
	list.Flag("who", "Only what one did, as ann or token:ci.").StringVar(&l.who)
	list.Flag("action", "Only this, as run.retry, or all of a word, as run.").StringVar(&l.action)
	list.Flag("object", "Only what was done to this.").StringVar(&l.object)
	list.Flag("path", "Only what concerns this node of the business tree and below.").StringVar(&l.path)
	l.addTimes(list)
	list.Flag("limit", "So many entries.").Default("50").IntVar(&l.limit)
	list.Action(func(*kingpin.ParseContext) error { return l.list() })

	export := cmd.Command("export", "Write entries to a file that can be verified without the server.")
	e := &auditCommand{client: addClient(export)}
	export.Arg("file", "The file, which must not be there yet.").Required().StringVar(&e.file)
	e.addTimes(export)
	export.Action(func(*kingpin.ParseContext) error { return e.export() })

	verify := cmd.Command("verify", "Check that the server's log, or an exported file, is as it was written. Exits 1 if it is not.")
	v := &auditCommand{client: addClient(verify)}
	verify.Arg("file", "An exported file; without one the server's log is checked.").StringVar(&v.file)
	verify.Flag("seq", "The number of an entry that was noted.").Int64Var(&v.seq)
	verify.Flag("hash", "Its hash.").StringVar(&v.hash)
	verify.Action(func(*kingpin.ParseContext) error { return v.verify() })
}

func (c *auditCommand) addTimes(cmd *kingpin.CmdClause) {
	cmd.Flag("from", "Only from this time on, as 2026-11-28T09:00:00+08:00.").StringVar(&c.from)
	cmd.Flag("to", "Only before this time.").StringVar(&c.to)
}

// given are the parameters that are not empty.
func given(params map[string]string) url.Values {
	all := url.Values{}
	for name, value := range params {
		if value != "" {
			all.Set(name, value)
		}
	}
	return all
}

// auditAnswer is what the API lists.
type auditAnswer struct {
	Entries []audit.Entry `json:"entries"`
	More    bool          `json:"more"`
}

func (c *auditCommand) list() error {
	params := given(map[string]string{
		"who": c.who, "action": c.action, "object": c.object, "path": c.path, "from": c.from, "to": c.to, "limit": strconv.Itoa(c.limit),
	})
	return show(c.client, c.json, func(data any) error { return c.get("audit", params, data) }, func(a *auditAnswer) error {
		if len(a.Entries) == 0 {
			_, err := fmt.Fprintln(c.out, c.nothing())
			return err
		}
		if err := auditGrid(a.Entries).print(c.out, terminal(c.out)); err != nil {
			return err
		}
		if a.More {
			_, err := fmt.Fprintln(c.out, "There are older ones: --limit shows more, --to those before a time.")
			return err
		}
		return nil
	})
}

// nothing says why no entry is listed.
func (c *auditCommand) nothing() string {
	if c.who+c.action+c.object+c.path+c.from+c.to != "" {
		return "No such entries. All of them: headroom audit list"
	}
	return "No entries yet. Every change that somebody makes becomes one, as by: headroom mark add PATH --from TIME --to TIME"
}

func auditGrid(all []audit.Entry) *grid {
	g := &grid{head: []string{"no", "at", "who", "from", "action", "object", "path", "result", "reason"}, right: []bool{0: true, 8: false}}
	for _, e := range all {
		result := cell{text: "done"}
		if e.Result != "" {
			result = cell{printable(audit.Cut(e.Result, 60)), "31"}
		}
		g.rows = append(g.rows, []cell{
			plain(strconv.FormatInt(e.Seq, 10)), plain(e.At.Format("2006-01-02 15:04:05")), plain(printable(e.Who)), plain(printable(e.From)), plain(printable(e.Action)),
			plain(printable(e.Object)), plain(printable(e.Path)), result, plain(printable(e.Why)),
		})
	}
	return g
}

func (c *auditCommand) export() (err error) {
	f, err := os.OpenFile(c.file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(c.file)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	resp, err := c.open(ctx, http.MethodGet, "audit/export", given(map[string]string{"from": c.from, "to": c.to}), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(f, resp.Body); err != nil {
		return c.brokeOff(err)
	}
	return checkExport(c.out, c.file)
}

// checkExport tells what is in an exported file, if it is as it was written.
func checkExport(out io.Writer, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	head, err := audit.VerifyFile(f)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if head.First > head.Last {
		_, err = fmt.Fprintf(out, "%s is good: there are no entries in it\n", printable(file))
		return err
	}
	_, err = fmt.Fprintf(out, "%s is good: entries %d to %d, hash of the last %s\n", printable(file), head.First, head.Last, head.Hash)
	return err
}

func (c *auditCommand) verify() error {
	if (c.seq == 0) != (c.hash == "") {
		return errors.New("--seq and --hash go together")
	}
	if c.file != "" {
		if c.seq != 0 {
			return errors.New("--seq and --hash are for the server's log; compare them with the entry in the file")
		}
		return checkExport(c.out, c.file)
	}
	var v struct {
		Good    bool
		Entries int64
		Hash    string
		Broken  int64
		Why     string
	}
	params := url.Values{}
	if c.seq != 0 {
		params = url.Values{"seq": {strconv.FormatInt(c.seq, 10)}, "hash": {c.hash}}
	}
	if err := c.get("audit/verify", params, &v); err != nil {
		return err
	}
	if !v.Good {
		return fmt.Errorf("the audit log is not as it was written: entry %d: %s", v.Broken, printable(v.Why))
	}
	_, err := fmt.Fprintf(c.out, "The audit log is good: %d entries, hash of the last %s\nKeep number and hash elsewhere: --seq and --hash compare with them later.\n", v.Entries, v.Hash)
	return err
}
