package request

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"headroom/internal/config"
	"headroom/internal/webhook"
)

// tellWithin is how long a webhook may take.
const tellWithin = 10 * time.Second

// hook tells another program.
type hook struct {
	webhook.Hook
	name string
	now  func() time.Time
}

// Webhooks are the tellers of a configuration. A secret that cannot be read is an
// error.
func Webhooks(all []config.Webhook, now func() time.Time) (list []Teller, err error) {
	for i, c := range all {
		secret, err := config.ReadSecret(c.Secret, c.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("requests.notify.webhooks[%d]: %w", i, err)
		}
		list = append(list, &hook{webhook.Hook{URL: c.URL, Secret: secret, Client: webhook.NewClient(tellWithin)}, fmt.Sprintf("webhook[%d]", i), now})
	}
	return list, nil
}

// Name implements [Teller].
func (w *hook) Name() string { return w.name }

// Tell implements [Teller]. An answer of 2xx means that it has arrived.
func (w *hook) Tell(ctx context.Context, m Message) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write the message: %w", err)
	}
	return w.Post(ctx, m.Key, body, w.now(), io.Discard)
}
