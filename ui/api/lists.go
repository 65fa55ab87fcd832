package api

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
	"headroom/storage/fleet"
)

// warnings answers the warning table.
func (s *Server) warnings(c *gin.Context) {
	s.list(c, func(t *table, p *params) ([]byte, error) {
		f := filter(p, t.snap)
		f.Deviates = p.flag("deviates")
		by, descending := order(p, rowColumns)
		return choose(t, &t.rows, p, func(i int) bool { return f.Match(t.snap, &t.snap.Rows[i]) },
			func(index []int) { sortBy(index, t.row, by, descending) })
	})
}

// growth answers the lines of growth and of what is to be ordered.
func (s *Server) growth(c *gin.Context) {
	s.list(c, func(t *table, p *params) ([]byte, error) {
		f := filter(p, t.snap)
		by, descending := order(p, growthColumns)
		return choose(t, &t.growth, p, func(i int) bool { return f.Match(t.snap, &t.snap.Rows[i]) },
			func(index []int) {
				sortBy(index, func(i int) *analytics.Growth { return &t.snap.Growth[i] }, by, descending)
			})
	})
}

// noticeHeader has a sentence that whoever reads an answer should know.
const (
	noticeHeader      = "Headroom-Notice"
	provisionalNotice = "the history is being read after a start: until that is done these are the numbers of the classic model"
)

// list answers a question about a table; answers are kept until the next one.
func (s *Server) list(c *gin.Context, answer func(*table, *params) ([]byte, error)) {
	p := &params{Values: c.Request.URL.Query()}
	t, err := s.tableAt(c.Request.Context(), p)
	if err != nil {
		s.fail(c, err)
		return
	}
	if t.snap.StandIn() && p.text("model") == "" {
		c.Header(noticeHeader, provisionalNotice)
	}
	language := tongue(c)
	if tag := t.tagIn(language); tag != "" {
		c.Header("ETag", tag)
		c.Header("Cache-Control", "no-cache") // ask each time, by the tag
		if matches(c.GetHeader("If-None-Match"), tag) {
			c.Status(http.StatusNotModified)
			return
		}
	}
	packed := acceptsGzip(c.Request)
	body, err := t.keep(cacheKey(c.Request, language, packed), func() ([]byte, error) {
		b, err := answer(t, p)
		if err != nil {
			return nil, err
		}
		if b = say(language, b); packed {
			b = pack(b)
		}
		return b, nil
	})
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("Vary", vary)
	if packed {
		c.Header("Content-Encoding", "gzip")
	}
	c.Data(http.StatusOK, contentJSON, body)
}

func cacheKey(r *http.Request, language string, packed bool) string {
	key := language + r.URL.Path + "?" + r.URL.RawQuery
	if packed {
		key += "#gzip"
	}
	return key
}

func matches(header, tag string) bool {
	return header == "*" || slices.ContainsFunc(strings.Split(header, ","), func(have string) bool {
		return strings.TrimPrefix(strings.TrimSpace(have), "W/") == strings.TrimPrefix(tag, "W/")
	})
}

// filter reads the parameters that all lists share. A path that the tree does
// not have is a fault, so that a slip of the pen is not taken for calm.
func filter(p *params, snap *analytics.Snapshot) analytics.Filter {
	path := p.path("path")
	if p.err == nil && len(path) > 0 && snap.Find(path.ID()) < 0 {
		p.fault("path", noNode(snap, path.ID()))
	}
	return analytics.Filter{Path: path, Level: p.oneOf("level", "", snap.Levels...), Search: p.text("search")}
}

// choose joins the lines that match, in order, up to "limit".
func choose(t *table, lines *lineSet, p *params, match func(int) bool, sort func([]int)) ([]byte, error) {
	limit := p.count("limit")
	if p.err != nil {
		return nil, p.err
	}
	var index []int
	for _, i := range t.order() {
		if match(i) {
			index = append(index, i)
		}
	}
	sort(index)
	if limit > 0 {
		index = index[:min(limit, len(index))]
	}
	return join(lines.at(index)), nil
}

func join(lines [][]byte) []byte {
	size := 64
	for _, line := range lines {
		size += len(line) + 1
	}
	var b bytes.Buffer
	b.Grow(size)
	b.WriteString(`{"status":"success","data":[`)
	for n, line := range lines {
		if n > 0 {
			b.WriteByte(',')
		}
		b.Write(line)
	}
	b.WriteString("]}\n")
	return b.Bytes()
}

// treeNode is a node of the business tree with the modules below it by state.
type treeNode struct {
	ID        string     `json:"id"`
	Path      fleet.Path `json:"path"`
	Level     string     `json:"level"`
	Parent    string     `json:"parent"` // empty for the first level
	Modules   int        `json:"modules"`
	Deviating int        `json:"deviating"`
	Stale     int        `json:"stale"`
	Learning  int        `json:"learning"`

	WorstHeadroom analytics.Number `json:"worst_headroom"` // of the modules below
}

// tree answers the business tree, parents before their children; "modules=false"
// leaves the modules out, of which a table tells more.
func (s *Server) tree(c *gin.Context) {
	s.list(c, func(t *table, p *params) ([]byte, error) {
		modules := p.flag("modules")
		if p.err != nil {
			return nil, p.err
		}
		nodes := countTree(t.snap)
		if modules != nil && !*modules {
			nodes = slices.DeleteFunc(nodes, func(n treeNode) bool { return len(n.Path) == len(t.snap.Levels) })
		}
		return marshal(success{"success", nodes})
	})
}

func countTree(snap *analytics.Snapshot) []treeNode {
	nodes := make([]treeNode, len(snap.Rows))
	at := make(map[string]int, len(nodes))
	for i := range snap.Rows {
		row := &snap.Rows[i]
		at[row.ID] = i
		nodes[i] = treeNode{ID: row.ID, Path: row.Path, Level: row.Level, WorstHeadroom: analytics.Unknown()}
		if n := len(row.Path); n > 0 {
			nodes[i].Parent = row.Path[:n-1].ID()
		}
	}
	for i := range snap.Rows {
		if row := &snap.Rows[i]; len(row.Path) == len(snap.Levels) {
			for level := range row.Path {
				if n, ok := at[row.Path[:level+1].ID()]; ok {
					nodes[n].count(row)
				}
			}
		}
	}
	return nodes
}

func (n *treeNode) count(module *analytics.Row) {
	n.Modules++
	if h := module.Headroom; h.Known() && !(n.WorstHeadroom <= h) {
		n.WorstHeadroom = h
	}
	switch {
	case module.Deviates:
		n.Deviating++
	case module.State == analytics.Stale:
		n.Stale++
	case module.State == analytics.Learning:
		n.Learning++
	}
}

var errNoID = errors.New("want the id of a node, as in the table")
