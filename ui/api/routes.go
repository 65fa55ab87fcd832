package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// maxBody limits the bytes of a request to this package's own endpoints; scenarios
// are the longest. Ingest has limits of its own.
const maxBody = 64 << 10

func (s *Server) mount() {
	v1 := s.engine.Group("/api/v1")
	v1.GET("/warnings", s.warnings)
	v1.GET("/growth", s.growth)
	v1.GET("/shortages", s.shortages)
	v1.GET("/tree", s.tree)
	v1.GET("/modules/:id", s.answer(s.module))
	v1.GET("/modules/:id/forecast", s.answer(s.forecast))
	v1.GET("/modules/:id/growth", s.answer(s.trend))
	v1.GET("/modules/:id/excursions", s.answer(s.excursions))
	v1.GET("/modules/:id/heat", s.answer(s.heat))
	v1.GET("/modules/:id/devices", s.answer(s.devices))
	v1.GET("/modules/:id/picture", s.picture)
	v1.PUT("/modules/:id/note", s.answer(s.setNote))
	v1.GET("/sparklines", s.answer(s.sparklines))
	v1.GET("/search", s.answer(s.search))
	v1.GET("/registry", s.answer(s.registry))
	v1.GET("/registry/conflicts", s.answer(s.registryConflicts))
	v1.GET("/registry/:id", s.answer(s.registryNode))
	v1.PUT("/registry/:id", s.answer(s.setFacts))
	v1.GET("/registry/:id/events", s.answer(s.timeline))
	v1.GET("/explain", s.answer(s.explain))
	v1.GET("/terms", s.answer(s.glossary))
	v1.GET("/ledger", s.answer(s.ledger))
	v1.POST("/whatif", s.answer(s.whatIf))
	v1.GET("/marks", s.answer(s.marks))
	v1.POST("/marks", s.answer(s.mark))
	v1.DELETE("/marks/:mark", s.answer(s.unmark))
	v1.GET("/alarms", s.answer(s.alarms))
	v1.GET("/notifications", s.answer(s.notifications))
	v1.GET("/alarms/stats", s.answer(s.alarmStats))
	v1.GET("/alarms/:alarm", s.answer(s.alarm))
	v1.POST("/alarms/:alarm/ack", s.answer(s.acknowledge))
	v1.DELETE("/alarms/:alarm/ack", s.answer(s.giveBack))
	v1.GET("/heals", s.answer(s.heals))
	v1.GET("/heals/brake", s.answer(s.brake))
	v1.POST("/heals/brake/release", s.answer(s.release))
	v1.GET("/leases", s.answer(s.leases))
	v1.POST("/leases", s.answerUpTo(maxLease, s.openLease))
	v1.GET("/leases/:lease", s.answer(s.lease))
	v1.DELETE("/leases/:lease", s.answer(s.endLease))
	v1.POST("/leases/:lease/beat", s.answer(s.beatLease))
	v1.GET("/mutes", s.answer(s.mutes))
	v1.POST("/mutes", s.answer(s.mute))
	v1.POST("/mutes/preview", s.answer(s.previewMute))
	v1.DELETE("/mutes/:mute", s.answer(s.unmute))
	v1.GET("/pool", s.answer(s.pool))
	v1.GET("/nodes", s.answer(s.nodes))
	v1.GET("/nodes/:node", s.answer(s.node))
	v1.POST("/nodes/:node/orders", s.answer(s.orderNode))
	v1.POST("/nodes/:node/sync", func(c *gin.Context) { s.Sync(c.Writer, c.Request, c.Param("node")) })
	v1.GET("/nodes/:node/files/:sha256", func(c *gin.Context) { s.Files(c.Writer, c.Request, c.Param("node"), c.Param("sha256")) })
	v1.GET("/services", s.answer(s.services))
	v1.GET("/services/:id", s.answer(s.service))
	v1.POST("/services/:id/orders", s.answer(s.orderService))
	v1.POST("/workers/:worker/restart", s.answer(s.restartWorker))
	v1.GET("/decisions", s.answer(s.decisions))
	v1.POST("/replay", s.answer(s.replay))
	v1.GET("/flows", s.answer(s.flows))
	v1.POST("/flows/check", s.answerUpTo(maxFlow, s.checkFlow))
	v1.GET("/flows/:flow", s.answer(s.flow))
	v1.GET("/flows/:flow/runs", s.answer(s.runs))
	v1.POST("/flows/:flow/runs", s.answerUpTo(maxStart, s.startRun))
	v1.GET("/tools", s.answer(s.tools))
	v1.GET("/runs", s.answer(s.runs))
	v1.GET("/runs/:run", s.answer(s.run))
	v1.POST("/runs/:run", s.answer(s.orderRun))
	v1.POST("/runs/:run/steps/:step", s.answerUpTo(maxStart, s.orderStep))
	v1.GET("/runs/:run/steps/:step/log", s.answer(s.stepLog))
	v1.GET("/schedules", s.answer(s.schedules))
	v1.POST("/schedules", s.answer(s.putSchedule))
	v1.DELETE("/schedules/:schedule", s.answer(s.deleteSchedule))
	v1.GET("/operations", s.answer(s.operations))
	v1.GET("/requests", s.answer(s.requests))
	v1.POST("/requests", s.answerUpTo(maxAsk, s.openRequest))
	v1.GET("/requests/draft", s.answer(s.draftRequest))
	v1.GET("/requests/:request", s.answer(s.request))
	v1.POST("/requests/:request", s.answer(s.orderRequest))
	v1.GET("/modules/:id/scale", s.answer(s.scale))
	v1.GET("/sd", s.targets)
	v1.GET("/consistency", s.answer(s.consistencyOf))
	v1.GET("/consistency/:id", s.answer(s.moduleConsistency))
	v1.POST("/consistency/:id", s.answer(s.orderConsistency))
	v1.GET("/environment", s.answer(s.environment))
	v1.GET("/backtest", s.backtest)
	v1.GET("/reports", s.answer(s.reports))
	v1.GET("/reports/:month", s.report)
	v1.POST("/reports/:month", s.answer(s.publish))
	v1.GET("/reports/:month/deliveries", s.answer(s.deliveries))
	v1.POST("/reports/:month/deliveries", s.answer(s.deliver))
	v1.GET("/me", s.answer(s.me))
	v1.GET("/grants", s.answer(s.grants))
	v1.POST("/grants", s.answer(s.addGrant))
	v1.DELETE("/grants/:id", s.answer(s.endGrant))
	v1.GET("/tokens", s.answer(s.tokens))
	v1.POST("/tokens", s.answer(s.makeToken))
	v1.DELETE("/tokens/:id", s.answer(s.revokeToken))
	v1.GET("/audit", s.answer(s.auditList))
	v1.GET("/audit/export", s.auditExport)
	v1.GET("/audit/verify", s.answer(s.auditVerify))
	v1.GET("/status", s.answer(s.status))
	v1.GET("/openapi.json", openAPI)
	v1.GET("/live", s.listen)

	s.engine.GET("/-/healthy", healthy)
	s.engine.HEAD("/-/healthy", healthy)
	s.engine.GET("/-/ready", s.ready)
	s.engine.HEAD("/-/ready", s.ready)
	s.engine.POST("/-/reload", s.reload)
	s.mountLogin()
	s.engine.GET("/metrics", s.metrics)
	if s.Pprof {
		mountPprof(s.engine.Group("/debug/pprof"))
	}
	s.engine.NoRoute(s.page)
	s.engine.NoMethod(func(c *gin.Context) {
		s.fail(c, &Error{Kind: badMethod, Err: errorf("%s takes %s", c.Request.URL.Path, c.Writer.Header().Get("Allow"))})
	})
}

// page answers all that is no endpoint: the pages decide by path, an unknown
// endpoint is an error that a program can read.
func (s *Server) page(c *gin.Context) {
	path := c.Request.URL.Path
	if s.Pages == nil || strings.HasPrefix(path, "/api/") {
		s.fail(c, &Error{Kind: notFound, Err: errorf("there is no endpoint %s", path)})
		return
	}
	c.Status(http.StatusOK) // gin presets 404 for what has no route
	s.Pages.ServeHTTP(c.Writer, c.Request)
}
