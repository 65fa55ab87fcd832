package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// slackWait is how long an answer may take: Slack waits three seconds.
const slackWait = 2 * time.Second

// slackHooks is where late answers may go.
const slackHooks = "https://hooks.slack.com/"

// slack answers a slash command: a form, signed by "v0=" and the HMAC-SHA256 of
// "v0:TIME:BODY" under the app's signing secret.
func (s *Service) slack(c *gin.Context) {
	const chat = "slack"
	at, signature := c.GetHeader("X-Slack-Request-Timestamp"), c.GetHeader("X-Slack-Signature")
	body, ok := s.proved(c, chat, proof{
		secret: s.secrets.slack, setting: "alerting.chat.slack.signing_secret",
		at: at, signature: signature, scheme: "v0=", parts: []string{"v0:", at, ":"},
	})
	if !ok {
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("user_id") == "" && form.Get("ssl_check") != "1" {
		s.unreadable(c, chat, "want the form of a slash command")
		return
	}
	if form.Get("ssl_check") == "1" { // Slack looks at our certificate
		c.Status(http.StatusOK)
		return
	}
	r := Request{ID: chat + ":" + strings.ToLower(signature), Chat: chat, User: form.Get("user_id"), Text: fromSlack.Replace(form.Get("text"))}
	hook := form.Get("response_url")
	answer, err := s.within(r, slackWait, func(ctx context.Context, a Answer) { s.slackLater(ctx, hook, a) })
	if err != nil {
		s.undone(c, chat, err)
		return
	}
	c.JSON(http.StatusOK, slackMessage(answer))
}

// Slack writes these signs so, and wants them written so.
var (
	fromSlack = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
	toSlack   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
)

// maxSlack is how long a message may be, in bytes.
const maxSlack = 3500

// slackMessage shows an answer to all in the channel, or to the asker alone.
func slackMessage(a Answer) map[string]string {
	kind := "ephemeral"
	if a.Public {
		kind = "in_channel"
	}
	return map[string]string{"response_type": kind, "text": toSlack.Replace(shorten(a.Text, maxSlack))}
}

// slackLater sends an answer that took longer than Slack waits.
func (s *Service) slackLater(ctx context.Context, hook string, a Answer) {
	if !strings.HasPrefix(hook, s.hooks) {
		s.Logger.Warn("a late answer was not sent: its address is not Slack's")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	body, _ := json.Marshal(slackMessage(a)) // texts can always be written
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook, bytes.NewReader(body))
	if err != nil {
		s.Logger.Warn("a late answer was not sent", "err", err)
		return
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Logger.Warn("a late answer was not sent: Slack cannot be reached")
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.Logger.Warn("a late answer was not taken", "status", resp.Status)
	}
}
