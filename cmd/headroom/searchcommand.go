package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"headroom/storage/search"
)

// searchCommand is "search WORDS…".
type searchCommand struct {
	*client
	words      []string
	kind, path string
	limit      int
	json       bool
}

func addSearch(app *kingpin.Application) {
	cmd := app.Command("search", "Find modules, runbooks, alarms and others by words.")
	c := &searchCommand{client: addClient(cmd)}
	cmd.Arg("words", `All have to match, the last one also as the beginning of one; '"a b"' follow one another.`).Required().StringsVar(&c.words)
	cmd.Flag("kind", "Only these kinds, with commas between them, as module,runbook,alarm.").StringVar(&c.kind)
	cmd.Flag("path", "Only what is about this node of the business tree or lies below.").StringVar(&c.path)
	cmd.Flag("limit", "Show so many, up to 200.").Default("20").IntVar(&c.limit)
	cmd.Flag("json", "Print JSON, as the API has it.").BoolVar(&c.json)
	cmd.Action(func(*kingpin.ParseContext) error { return c.search() })
}

type searchPage struct {
	Hits []struct {
		Kind, ID, Path, Title, Snippet string
		At                             *time.Time
	} `json:"hits"`
	More  bool `json:"more"`
	Kinds []struct {
		Kind  string
		Count int
		More  bool
	} `json:"kinds"`
}

func (c *searchCommand) search() error {
	params := filters("q", strings.Join(c.words, " "), "kind", c.kind, "path", c.path, "limit", strconv.Itoa(c.limit))
	ask := func(data any) error { return c.get("search", params, data) }
	return show(c.client, c.json, ask, func(p *searchPage) error { return p.print(c.out) })
}

// print writes two lines for each document: what it is, and the part of its text.
func (p *searchPage) print(w io.Writer) error {
	if len(p.Hits) == 0 {
		_, err := fmt.Fprintln(w, "Nothing is found.")
		return err
	}
	var b strings.Builder
	bold, plain := "", ""
	if terminal(w) {
		bold, plain = "\x1b[1m", "\x1b[0m"
	}
	for _, h := range p.Hits {
		fmt.Fprintf(&b, "%s%s%s  %s", bold, printable(h.Title), plain, h.Kind)
		if h.ID != h.Title {
			fmt.Fprintf(&b, " %s", printable(h.ID))
		}
		if h.At != nil {
			fmt.Fprintf(&b, "  %s", h.At.Local().Format("2006-01-02 15:04"))
		}
		fmt.Fprintln(&b)
		if h.Snippet != "" {
			fmt.Fprintf(&b, "    %s\n", marked(h.Snippet, bold, plain))
		}
	}
	fmt.Fprintln(&b, "\n"+p.summary())
	_, err := io.WriteString(w, b.String())
	return err
}

// marked writes a snippet with signs around the words that were asked for.
func marked(snippet, begin, end string) string {
	var b strings.Builder
	for i, part := range strings.Split(snippet, search.Begin) {
		hit, rest, ok := strings.Cut(part, search.End)
		switch {
		case i == 0:
			b.WriteString(printable(part))
		case !ok:
			b.WriteString(printable(hit))
		default:
			b.WriteString(begin + printable(hit) + end + printable(rest))
		}
	}
	return b.String()
}

// summary tells how many of each kind match.
func (p *searchPage) summary() string {
	all := make([]string, len(p.Kinds))
	for i, k := range p.Kinds {
		all[i] = fmt.Sprintf("%s: %d", printable(k.Kind), k.Count)
		if k.More {
			all[i] += "+"
		}
	}
	text := strings.Join(all, ", ")
	if p.More {
		text += ". There are more: --limit shows more, --kind and --path ask for less."
	}
	return text
}
