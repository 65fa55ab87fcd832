package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/scaler/pool"
)

// maxWait is the longest that a list waits for a change.
const maxWait = time.Minute

// targetGroup is one target in the words of Prometheus' http_sd.
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// targets answers the workers of a module, or of those behind one of its proxies, as
// Prometheus' http_sd wants it. If-None-Match with wait makes it wait for a change.
func (s *Server) targets(c *gin.Context) {
	p := &params{Values: c.Request.URL.Query()}
	module, proxy := p.path("module"), p.text("proxy")
	wait := p.wait()
	if p.err == nil && len(module) == 0 {
		p.fault("module", fmt.Errorf("want the id of a module"))
	}
	if p.err != nil {
		s.fail(c, p.err)
		return
	}
	have := strings.Trim(strings.TrimPrefix(c.GetHeader("If-None-Match"), "W/"), `"`)
	found, err := s.Pool.Targets(c.Request.Context(), module.ID(), proxy, have, wait)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("ETag", strconv.Quote(found.Version))
	if have != "" && have == found.Version {
		c.Status(http.StatusNotModified)
		return
	}
	groups := []targetGroup{}
	for _, t := range found.List {
		groups = append(groups, targetGroupOf(module.ID(), t))
	}
	s.json(c, http.StatusOK, groups)
}

const metaLabel = "__meta_headroom_"

func targetGroupOf(module string, t pool.Target) targetGroup {
	labels := map[string]string{
		metaLabel + "module": module, metaLabel + "worker": t.Worker, metaLabel + "node": t.Node, metaLabel + "proxy": t.Proxy,
		metaLabel + "weight": strconv.Itoa(t.Weight), metaLabel + "state": string(t.State),
	}
	if t.Agent != "" {
		labels[metaLabel+"agent"] = t.Agent
	}
	return targetGroup{Targets: []string{t.Address}, Labels: labels}
}

// wait is how long an answer may be held back, up to a minute.
func (p *params) wait() time.Duration {
	v := p.Get("wait")
	if v == "" {
		return 0
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 || d > maxWait {
		p.fault("wait", fmt.Errorf("want a duration from 0s to %v", maxWait))
	}
	return d
}
