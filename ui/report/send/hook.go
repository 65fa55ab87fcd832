// Package send delivers published reports: by mail, with the files attached, and to
// other programs by signed webhooks. Each is a [press.Way].
package send

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"time"

	"headroom/internal/config"
	"headroom/internal/webhook"
	"headroom/storage/state"
	"headroom/ui/report"
	"headroom/ui/report/press"
)

// Links are where reports are to be had.
type Links struct {
	Base *url.URL // of the server as browsers reach it; nil: unknown
}

// Report is the address of a month's report in a format; empty if the server's is
// unknown.
func (l Links) Report(month, format, language string) string {
	if l.Base == nil {
		return ""
	}
	u := l.Base.JoinPath("api/v1/reports", month)
	q := url.Values{"format": {format}}
	if language != "" {
		q.Set("lang", language)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// message is what a webhook gets.
type message struct {
	Version   string            `json:"version"` // "1"
	Key       string            `json:"key"`     // the same if it is sent again
	Event     string            `json:"event"`   // "report.published"
	Month     string            `json:"month"`
	Published time.Time         `json:"published_at"`
	SHA256    string            `json:"sha256"`   // of the report's JSON
	Headline  map[string]string `json:"headline"` // by language
	Total     report.Total      `json:"total"`
	Currency  string            `json:"currency"`
	Files     []file            `json:"files"`
}

// file is one of the published report; its address is empty if the server's is unknown.
type file struct {
	press.Kept
	URL string `json:"url"`
}

// hook tells another program.
type hook struct {
	webhook.Hook
	name  string
	links Links
	now   func() time.Time
}

// Webhooks are the ways of a configuration. A secret that cannot be read is an error.
func Webhooks(all []config.Webhook, links Links, now func() time.Time) (list []press.Way, err error) {
	for i, c := range all {
		secret, err := config.ReadSecret(c.Secret, c.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("report.webhooks[%d]: %w", i, err)
		}
		list = append(list, &hook{webhook.Hook{URL: c.URL, Secret: secret, Client: webhook.NewClient(within)}, hookName(c.URL), links, now})
	}
	return list, nil
}

// hookName names an address by its host and some digits of its checksum: the rest may
// hold a secret.
func hookName(address string) string {
	sum := sha256.Sum256([]byte(address))
	host := "?"
	if u, err := url.Parse(address); err == nil {
		host = u.Host
	}
	return "webhook " + host + " #" + hex.EncodeToString(sum[:4])
}

// Name implements [press.Way].
func (h *hook) Name() string { return h.name }

// Deliver implements [press.Way]. An answer of 2xx means that it has arrived.
func (h *hook) Deliver(ctx context.Context, d press.Delivery) ([]state.ReportRecipient, error) {
	m := message{
		Version: "1", Key: d.Key, Event: "report.published", Month: d.Report.Month, Published: d.Report.MadeAt, SHA256: d.SHA256,
		Headline: map[string]string{}, Total: d.Report.Total, Currency: d.Report.Currency,
		Files: []file{{press.Kept{Format: press.JSON, SHA256: d.SHA256, Bytes: d.Bytes}, h.links.Report(d.Report.Month, press.JSON, "")}},
	}
	for _, language := range report.Languages() {
		m.Headline[language] = report.Headline(d.Report, language)
	}
	for _, f := range d.Files {
		m.Files = append(m.Files, file{f, h.links.Report(d.Report.Month, f.Format, f.Language)})
	}
	body, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write the message: %w", err)
	}
	return nil, h.Post(ctx, d.Key, body, h.now(), io.Discard)
}

// within is how long a webhook may take.
const within = 30 * time.Second
