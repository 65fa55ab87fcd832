package chat

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// Serve answers requests at l, and nothing but chat, until ctx is done.
func (s *Service) Serve(ctx context.Context, l net.Listener) error {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.Use(gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, cause any) {
		s.Logger.Error("panic while answering a chat", "cause", cause)
		c.AbortWithStatus(http.StatusInternalServerError)
	}))
	s.Register(engine.Group("/api/v1"))
	srv := &http.Server{
		Handler: engine, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 2 * webhookWait, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
	}
	stopped := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stopped()
	s.Logger.Info("listening for chat", "address", l.Addr().String())
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve chat: %w", err)
	}
	return nil
}
