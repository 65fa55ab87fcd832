package api

import (
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
