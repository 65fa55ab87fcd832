package api

import (
	"github.com/gin-gonic/gin"
)

// shortages answers the modules that lack devices, or will before what is ordered now
// is in service.
func (s *Server) shortages(c *gin.Context) {
	s.list(c, func(t *table, p *params) ([]byte, error) {
		f := filter(p, t.snap)
		if p.err != nil {
			return nil, p.err
		}
		return marshal(success{"success", t.snap.Shortfalls(f)})
	})
}
