package chat

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/storage/state"
)

// maxBody is how large a request may be.
const maxBody = 64 << 10

// Register serves /chat/slack, /chat/wecom and /chat/webhook below r. Nobody logs in
// there: each request proves by its signature that it is genuine.
func (s *Service) Register(r gin.IRouter) {
	g := r.Group("/chat")
	g.POST("/slack", s.slack)
	g.GET("/wecom", s.wecomEcho)
	g.POST("/wecom", s.wecom)
	g.POST("/webhook", s.webhook)
}

// Reasons for which requests are refused before they are read, as in the metrics.
const (
	badSignature = "signature"
	badTime      = "time"
	badBody      = "body"
	isOff        = "off"
	isRepeated   = "repeated"
	isBusy       = "busy"
)

// reject answers an error in the words of our API.
func (s *Service) reject(c *gin.Context, chat, reason string, code int, kind, text string) {
	s.refused.WithLabelValues(chat, reason).Inc()
	c.AbortWithStatusJSON(code, gin.H{"status": "error", "errorType": kind, "error": text})
}

func (s *Service) off(c *gin.Context, chat, keys string) {
	s.reject(c, chat, isOff, http.StatusNotFound, "not_found", "chat by "+chat+" is off: it takes "+keys)
}

func (s *Service) unsigned(c *gin.Context, chat string) {
	s.reject(c, chat, badSignature, http.StatusUnauthorized, "unauthorized", "the signature is not right")
}

func (s *Service) untimely(c *gin.Context, chat string) {
	s.reject(c, chat, badTime, http.StatusUnauthorized, "unauthorized", "the request's time is more than "+clockWindow.String()+" from ours, or none")
}

func (s *Service) unreadable(c *gin.Context, chat, text string) {
	s.reject(c, chat, badBody, http.StatusBadRequest, "bad_data", text)
}

// undone answers why a request was not done.
func (s *Service) undone(c *gin.Context, chat string, err error) {
	switch {
	case errors.Is(err, state.ErrAskedBefore):
		s.reject(c, chat, isRepeated, http.StatusConflict, "conflict", "this request came before; it is not done twice")
	case errors.Is(err, errBusy):
		s.reject(c, chat, isBusy, http.StatusServiceUnavailable, "unavailable", err.Error())
	default:
		s.Logger.Error("a request by chat was not done", "chat", chat, "err", err)
		s.reject(c, chat, isBusy, http.StatusServiceUnavailable, "unavailable", "nothing was done, since it could not be written down")
	}
}

// proof is how a request shows that it is genuine.
type proof struct {
	secret, setting string // the setting has the secret; without one the chat is off
	at, signature   string // as they were sent: Unix seconds, and the scheme with an HMAC-SHA256
	scheme          string
	parts           []string // what is signed, up to the body
}

// proved reads a request that is signed, or answers why it is refused.
func (s *Service) proved(c *gin.Context, chat string, p proof) ([]byte, bool) {
	if p.secret == "" {
		s.off(c, chat, p.setting)
		return nil, false
	}
	body, ok := s.body(c, chat)
	switch {
	case !ok:
	case !genuine(p.signature, p.scheme, signed(p.secret, append(p.parts, string(body))...)):
		s.unsigned(c, chat)
	case !inTime(p.at, s.Now()):
		s.untimely(c, chat)
	default:
		return body, true
	}
	return nil, false
}

// body reads a request, or answers that it is too large.
func (s *Service) body(c *gin.Context, chat string) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	if err != nil {
		s.reject(c, chat, badBody, http.StatusRequestEntityTooLarge, "too_large", "the request cannot be read, or is too large")
		return nil, false
	}
	return body, true
}

var errBusy = errors.New("too many commands are under way; try again in a minute")

// within does a request. If that takes longer than wait it answers that it is under
// way, and gives the answer to late (nil: nobody) when it is there.
func (s *Service) within(r Request, wait time.Duration, late func(context.Context, Answer)) (Answer, error) {
	select {
	case s.later <- struct{}{}:
	default:
		return Answer{}, errBusy
	}
	type outcome struct {
		answer Answer
		err    error
	}
	came, gone := make(chan outcome), make(chan struct{})
	s.work.Go(func() {
		defer func() { <-s.later }()
		answer, err := s.Do(s.ctx, r)
		select {
		case came <- outcome{answer, err}:
		case <-gone:
			if late != nil && err == nil {
				late(s.ctx, answer)
			}
		}
	})
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case o := <-came:
		return o.answer, o.err
	case <-timer.C:
		close(gone)
		return Answer{Text: "It is under way."}, nil
	}
}
