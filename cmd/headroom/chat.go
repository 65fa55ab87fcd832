package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/alertmanager/pkg/labels"

	"headroom/alerting/chat"
	"headroom/alerting/notify"
)

// openChat makes the service that answers people in chats.
func (s *server) openChat() (err error) {
	s.alarms.chat, err = chat.New(chat.Options{
		Config: s.cfg.Alerting.Chat, Store: s.state.Chat(), Capacity: s.loop, Alarms: s.alarms.pipeline,
		Mutes: silencer{s.alarms.notify.Silences()}, Healer: s.alarms.heal, Requests: chatRequests{s}, Flows: chatFlows{s}, Finder: &s.finder,
		Grants: s.operatorByGrant, Audit: s.state.Audit(), Location: s.location, Now: time.Now, Logger: s.log, Registerer: s.reg,
	})
	return err
}

// silencer mutes by silences.
type silencer struct{ *notify.Silences }

// Silence implements chat.Mutes.
func (m silencer) Silence(ctx context.Context, match labels.Matchers, until time.Time, who, why string) (string, error) {
	return m.Add(ctx, match, until, who, cmp.Or(why, "muted by chat"))
}

// registerChat serves chat beside the API, unless it has an address of its own.
func (s *server) registerChat(router gin.IRouter) {
	if s.cfg.Alerting.Chat.ListenAddress == "" {
		s.alarms.chat.Register(router.Group("/api/v1"))
	}
}

// addChat adds the listener for chat alone, if there is one.
func (s *server) addChat(part func(func(context.Context) error)) error {
	address := s.cfg.Alerting.Chat.ListenAddress
	if address == "" {
		return nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("alerting.chat.listen_address: %w", err)
	}
	part(func(ctx context.Context) error { return s.alarms.chat.Serve(ctx, l) })
	return nil
}
