package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"headroom/internal/config"
	"headroom/internal/webhook"
	"headroom/storage/state"
	"headroom/ui/report"
	"headroom/ui/report/press"
)

// told is what a program gets to hear.
type told struct {
	path string
	head http.Header
	body []byte
}

// listener is a program that hears of reports. It answers 503 below /busy.
func listener(t *testing.T) (address string, heard chan told) {
	t.Helper()
	heard = make(chan told, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		heard <- told{r.URL.Path, r.Header, body}
		switch {
		case strings.HasPrefix(r.URL.Path, "/busy"):
			http.Error(w, "busy", http.StatusServiceUnavailable)
		case strings.HasPrefix(r.URL.Path, "/ding"):
			_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL, heard
}

// reporting is a server whose reports go to receivers of Alertmanager's file and to
// signed webhooks, all of them at an address.
func reporting(t *testing.T, address string) *server {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "HOST", address)), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("alertmanager.yml", `
route: {receiver: none}
receivers:
- name: none
- {name: buyers, webhook_configs: [{url: HOST/am}]}
- {name: chat}
- {name: both, webhook_configs: [{url: HOST/am}, {url: HOST/busy/am}]}
`)
	write("secret", "s3cret\n")
	path := write("headroom.yml", `
alerting:
  config_file: alertmanager.yml
  notify: {dingtalk: [{receiver: chat, url: "HOST/ding"}]}
report:
  languages: [zh, en]
  receivers: [buyers, chat]
  webhooks: [{url: "HOST/signed?token=hidden", secret_file: `+filepath.Join(dir, "secret")+`}, {url: HOST/busy}]
`)
	cfg, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newServer(serveOptions{configFile: path, storagePath: t.TempDir(), retention: 24 * time.Hour, externalURL: "http://headroom.example.com/cap"}, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// publishSample publishes a report of the test data and returns the checksum of its JSON.
func publishSample(t *testing.T, s *server) string {
	t.Helper()
	text, err := os.ReadFile("../../ui/report/testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	p := state.Publication{Month: "2026-11", Who: "ann", At: time.Now(), JSON: text, SHA256: hex.EncodeToString(sum[:]), Summary: []byte("{}"), Ways: s.press.Ways()}
	if err := s.state.Reports().Publish(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p.SHA256
}

// attempted makes a round and waits until each way had an attempt.
func attempted(t *testing.T, s *server) map[string]press.Sent {
	t.Helper()
	if err := s.press.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	for {
		all, err := s.press.Deliveries(t.Context(), "2026-11")
		if err != nil {
			t.Fatal(err)
		}
		by := map[string]press.Sent{}
		for _, d := range all {
			if d.Attempts > 0 {
				by[d.Way] = d
			}
		}
		if len(by) == len(all) {
			return by
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("%+v", all)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestReceiversAndSignedWebhooksGetThePublishedReport(t *testing.T) {
	address, heard := listener(t)
	s := reporting(t, address)
	sum := publishSample(t, s)
	by := attempted(t, s)
	if len(by) != 4 {
		t.Fatalf("%+v", by)
	}
	for way, d := range by {
		busy := d.State == state.DeliveryWaiting && strings.Contains(d.Error, "503") && !d.Next.IsZero()
		if d.State != state.DeliveryDelivered && !busy || strings.Contains(way+d.Error, "hidden") {
			t.Errorf("%s: %+v", way, d)
		}
	}
	got := map[string]told{}
	for range 4 {
		m := <-heard
		got[m.path] = m
	}
	const link = "http://headroom.example.com/cap/api/v1/reports/2026-11?format=html&lang=zh"
	checkAlertmanagerMessage(t, got["/am"].body, link)
	if text := string(got["/ding"].body); !strings.Contains(text, "扩容月报 2026-11") || !strings.Contains(text, "申请 232 台设备") {
		t.Errorf("the chat got %s", text)
	}
	m := got["/signed"]
	if want := webhook.Sign("s3cret", m.head.Get(webhook.TimestampHeader), m.body); m.head.Get(webhook.SignatureHeader) != want || !strings.HasPrefix(m.head.Get(webhook.KeyHeader), "report.2026-11.") {
		t.Errorf("%v; want the signature %s", m.head, want)
	}
	if !strings.Contains(string(m.body), `"sha256":"`+sum+`"`) {
		t.Errorf("%s is not of the report %s", m.body, sum)
	}
	if got["/busy"].head.Get(webhook.SignatureHeader) != "" {
		t.Error("signed without a secret")
	}
}

// One of a receiver's two ways is busy at first: the other one gets the report once.
func TestWhoHasTheReportDoesNotGetItAgain(t *testing.T) {
	address, heard := listener(t)
	s := reporting(t, address)
	r := reportReceiver{s, "both", report.English}
	text, err := os.ReadFile("../../ui/report/testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	d := press.Delivery{Key: "report.2026-11.1", Report: new(report.Report)}
	if err := json.Unmarshal(text, d.Report); err != nil {
		t.Fatal(err)
	}
	for attempt, want := range [][]string{{"/am", "/busy/am"}, {"/busy/am"}} {
		d.Recipients, err = r.Deliver(t.Context(), d)
		if err != nil || len(d.Recipients) != 2 {
			t.Fatalf("%v, %v", d.Recipients, err)
		}
		first, second := d.Recipients[0], d.Recipients[1]
		if first != (state.ReportRecipient{Address: "webhook[0]", State: state.RecipientHas}) ||
			second.Address != "webhook[1]" || second.State != state.RecipientWaiting || !strings.Contains(second.Words, "503") {
			t.Errorf("attempt %d: %+v", attempt, d.Recipients)
		}
		for _, path := range want {
			if m := <-heard; m.path != path {
				t.Errorf("attempt %d told %s, want %s", attempt, m.path, path)
			}
		}
		if len(heard) != 0 {
			t.Errorf("attempt %d told %s, too", attempt, (<-heard).path)
		}
	}
}

func checkAlertmanagerMessage(t *testing.T, body []byte, link string) {
	t.Helper()
	var m struct {
		Receiver string
		Alerts   []struct {
			Labels, Annotations map[string]string
			GeneratorURL        string
		}
	}
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	if m.Receiver != "buyers" || len(m.Alerts) != 1 {
		t.Fatalf("%s", body)
	}
	a := m.Alerts[0]
	if a.Labels["alertname"] != "HeadroomReport" || a.Labels["month"] != "2026-11" || a.GeneratorURL != link ||
		a.Annotations["summary"] != "扩容月报 2026-11" || !strings.Contains(a.Annotations["description"], "申请 232 台设备") {
		t.Errorf("%+v", a)
	}
}

// A kill while one webhook hangs loses neither its report nor sends the others' again.
func TestAKillLosesAndRepeatsNoReport(t *testing.T) {
	begun := make(chan string, 10)
	hang := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		key := r.URL.Path + " " + r.Header.Get(webhook.KeyHeader)
		begun <- key
		if r.URL.Path == "/hangs" {
			select {
			case <-hang:
			case <-r.Context().Done():
				return
			}
		}
	}))
	t.Cleanup(srv.Close)
	storage := t.TempDir()
	path := filepath.Join(t.TempDir(), "headroom.yml")
	if err := os.WriteFile(path, []byte("report: {webhooks: [{url: '"+srv.URL+"/hangs'}, {url: '"+srv.URL+"/quick'}]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newServer(serveOptions{configFile: path, storagePath: storage, retention: 24 * time.Hour}, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	publishSample(t, s)
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	start := func() *exec.Cmd {
		cmd := program("serve", "--config.file="+path, "--storage.path="+storage, "--web.listen-address=127.0.0.1:0")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	first := start()
	keys := []string{<-begun, <-begun}
	slices.Sort(keys)
	if want := "[/hangs report.2026-11.1 /quick report.2026-11.2]"; fmt.Sprint(keys) != want {
		t.Errorf("%v began, want %s", keys, want)
	}
	db, err := state.Open(filepath.Join(storage, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	writtenDown(t, db, 2)
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // was killed
	close(hang)
	second := start()
	if key := <-begun; key != "/hangs report.2026-11.1" {
		t.Errorf("after the kill %s began", key)
	}
	writtenDown(t, db, 1)
	_ = second.Process.Signal(syscall.SIGTERM)
	if err := second.Wait(); err != nil {
		t.Error(err)
	}
	if len(begun) != 0 {
		t.Errorf("%s was sent again", <-begun)
	}
}

// writtenDown waits until a delivery is.
func writtenDown(t *testing.T, db *state.DB, n int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		all, err := db.Reports().Deliveries(t.Context(), "2026-11")
		if err != nil {
			t.Fatal(err)
		}
		if all[n-1].State == state.DeliveryDelivered {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("delivery %d is still not written down: %+v", n, all[n-1])
		}
	}
}

// A receiver that is not in Alertmanager's file is a fault of the configuration.
func TestAnUnknownReceiverOfReportsIsAFault(t *testing.T) {
	s := newTestServer(t)
	cfg := config.Default()
	cfg.Report.Receivers = []string{"nobody"}
	if _, err := s.reportSettings(cfg); err == nil || !strings.Contains(err.Error(), `report.receivers[0]`) || !strings.Contains(err.Error(), `"nobody"`) {
		t.Error(err)
	}
}
