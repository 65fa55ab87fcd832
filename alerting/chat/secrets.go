package chat

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"headroom/internal/config"
)

// secrets are what requests are signed with. An empty one: that chat is off.
type secrets struct {
	slack   string
	webhook string
	wecom   *wecom // nil: off
}

func secretsOf(c config.Chat) (out secrets, err error) {
	var errs []error
	read := func(key string, s config.Secret, file string) string {
		text, err := config.ReadSecret(s, file)
		if err == nil && text == "" && file != "" {
			err = fmt.Errorf("the file %s is empty", file)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("alerting.chat.%s: %w", key, err))
		}
		return text
	}
	out.slack = read("slack.signing_secret", c.Slack.SigningSecret, c.Slack.SigningSecretFile)
	out.webhook = read("webhook.secret", c.Webhook.Secret, c.Webhook.SecretFile)
	w := c.WeCom
	token, key := read("wecom.token", w.Token, w.TokenFile), read("wecom.aes_key", w.AESKey, w.AESKeyFile)
	if token != "" && key != "" {
		if out.wecom, err = newWeCom(w.CorpID, token, key); err != nil {
			errs = append(errs, fmt.Errorf("alerting.chat.wecom.aes_key: %w", err))
		}
	}
	return out, errors.Join(errs...)
}

// clockWindow is how far a request's time may be from ours.
const clockWindow = 5 * time.Minute

// signed computes a signature: the HMAC-SHA256 of a text, in hexadecimal.
func signed(secret string, parts ...string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, part := range parts {
		_, _ = io.WriteString(mac, part)
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// genuine checks a signature that begins with a prefix, in constant time.
func genuine(got, prefix, want string) bool {
	text, ok := strings.CutPrefix(got, prefix)
	return ok && hmac.Equal([]byte(strings.ToLower(text)), []byte(want))
}

// inTime tells whether a time in Unix seconds is near ours.
func inTime(text string, now time.Time) bool {
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return false
	}
	off := now.Sub(time.Unix(seconds, 0))
	return -clockWindow <= off && off <= clockWindow
}
