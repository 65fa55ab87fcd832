package chat

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// webhookWait is how long an answer may take.
const webhookWait = time.Minute

// Headers of a signed request, the same as those of the webhooks that heal.
const (
	timestampHeader = "X-Headroom-Timestamp"
	signatureHeader = "X-Headroom-Signature"
)

// webhook answers any program that passes on what people write: JSON, signed by
// "sha256=" and the HMAC-SHA256 of "TIME.BODY".
func (s *Service) webhook(c *gin.Context) {
	const chat = "webhook"
	at, signature := c.GetHeader(timestampHeader), c.GetHeader(signatureHeader)
	body, ok := s.proved(c, chat, proof{
		secret: s.secrets.webhook, setting: "alerting.chat.webhook.secret",
		at: at, signature: signature, scheme: "sha256=", parts: []string{at, "."},
	})
	if !ok {
		return
	}
	var m struct {
		User string `json:"user"`
		Text string `json:"text"`
		ID   string `json:"id"` // tells apart what the same person writes twice in a second
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil || m.User == "" {
		s.unreadable(c, chat, `want JSON as {"user": "ann", "text": "status Qzone/WNS", "id": "optional"}`)
		return
	}
	r := Request{ID: chat + ":" + strings.ToLower(signature), Chat: chat, User: m.User, Text: m.Text}
	answer, err := s.within(r, webhookWait, nil)
	if err != nil {
		s.undone(c, chat, err)
		return
	}
	c.JSON(http.StatusOK, gin.H{"status": "success", "data": gin.H{"text": answer.Text, "public": answer.Public}})
}
