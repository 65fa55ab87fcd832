package api

import (
	"errors"
	"strings"

	"github.com/gin-gonic/gin"

	"headroom/analytics"
	"headroom/analytics/whatif"
)

// whatIf answers how a scenario differs from what is expected: the rows that pass
// the filter, up to "limit".
func (s *Server) whatIf(c *gin.Context) (any, error) {
	p := &params{Values: c.Request.URL.Query()}
	snap := s.Capacity.Snapshot()
	if snap == nil {
		return nil, errNoSnapshot
	}
	f, limit := filter(p, snap), p.count("limit")
	if p.err != nil {
		return nil, p.err
	}
	var sc whatif.Scenario
	if err := readJSON(c, &sc); err != nil {
		return nil, err
	}
	out, err := s.Capacity.WhatIf(sc)
	if errors.Is(err, analytics.ErrNoNode) && !strings.Contains(err.Error(), "\n") { // the only fault
		return nil, errorf("%w%s", err, butThereAre(snap, unknownNode(&sc, snap)))
	}
	if err != nil {
		return nil, err
	}
	var rows []analytics.WhatIfRow
	for i := range out.Rows {
		if row := &out.Rows[i]; f.MatchNode(snap, row.ID, row.Path, row.Level) && (limit < 0 || len(rows) < limit) {
			rows = append(rows, *row)
		}
	}
	shown := *out
	shown.Rows = append([]analytics.WhatIfRow{}, rows...)
	return shown, nil
}

// unknownNode is the first node of a scenario that the tree does not have.
func unknownNode(sc *whatif.Scenario, snap *analytics.Snapshot) string {
	var ids []string
	for _, l := range sc.Loads {
		ids = append(ids, l.Path)
	}
	for _, l := range sc.Lost {
		ids = append(ids, l.Path)
	}
	for _, d := range sc.Devices {
		ids = append(ids, d.Path)
	}
	for _, id := range ids {
		if id != "" && snap.Find(id) < 0 {
			return id
		}
	}
	return ""
}
