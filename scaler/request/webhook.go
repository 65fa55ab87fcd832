package request

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"headroom/internal/config"
)

// Headers of a webhook's message. The signature is "sha256=" and, in hexadecimal, the
// HMAC-SHA256 of timestamp (Unix seconds), a dot and the body under the secret, as of
// healing's webhooks.
const (
	timestampHeader = "X-Headroom-Timestamp"
	signatureHeader = "X-Headroom-Signature"
	keyHeader       = "Idempotency-Key"
)

// tellWithin is how long a webhook may take.
const tellWithin = 10 * time.Second

// webhook tells another program.
type webhook struct {
	name, url, secret string
	client            *http.Client
	now               func() time.Time
}

// Webhooks are the tellers of a configuration. A secret that cannot be read is an
// error.
func Webhooks(all []config.RequestWebhook, now func() time.Time) (list []Teller, err error) {
	for i, c := range all {
		secret, err := config.ReadSecret(c.Secret, c.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("requests.notify.webhooks[%d]: %w", i, err)
		}
		list = append(list, &webhook{fmt.Sprintf("webhook[%d]", i), c.URL, secret, &http.Client{Timeout: tellWithin}, now})
	}
	return list, nil
}

// Name implements [Teller].
func (w *webhook) Name() string { return w.name }

// Tell implements [Teller]. An answer of 2xx means that it has arrived.
func (w *webhook) Tell(ctx context.Context, m Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write the message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "headroom")
	req.Header.Set(keyHeader, m.Key)
	if w.secret != "" {
		at := strconv.FormatInt(w.now().Unix(), 10)
		mac := hmac.New(sha256.New, []byte(w.secret))
		mac.Write([]byte(at + "."))
		mac.Write(body)
		req.Header.Set(timestampHeader, at)
		req.Header.Set(signatureHeader, "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	resp, err := w.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the address may hold a token
		}
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("answered %s", resp.Status)
	}
	return nil
}
