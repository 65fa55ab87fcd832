package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// Webhook is a listener for notifications in Alertmanager's format.
type Webhook struct {
	URL string

	mu   sync.Mutex
	told []Notification
}

// Notification is what a webhook gets.
type Notification struct {
	Version  string
	Status   string
	Receiver string
	Alerts   []struct {
		Status      string
		Labels      map[string]string
		Annotations map[string]string
	}
}

func listenForWebhooks(t *testing.T) *Webhook {
	t.Helper()
	w := &Webhook{}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var n Notification
		if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
			if !errors.Is(err, io.ErrUnexpectedEOF) { // its sender was killed
				t.Errorf("a notification cannot be read: %v", err)
			}
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.told = append(w.told, n)
	}))
	t.Cleanup(s.Close)
	w.URL = s.URL
	return w
}

// Told returns what came so far.
func (w *Webhook) Told() []Notification {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Notification(nil), w.told...)
}

// Mailbox takes mail by SMTP, as much of it as a sender without TLS and password
// needs.
type Mailbox struct {
	Address string

	mu    sync.Mutex
	mails []string
}

func listenForMail(t *testing.T) *Mailbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	m := &Mailbox{Address: l.Addr().String()}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go m.take(c)
		}
	}()
	return m
}

func (m *Mailbox) take(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	say := func(line string) { _, _ = fmt.Fprintf(c, "%s\r\n", line) }
	say("220 sink")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(line); {
		case strings.HasPrefix(verb, "DATA"):
			say("354 go on")
			m.keep(r)
			say("250 kept")
		case strings.HasPrefix(verb, "QUIT"):
			say("221 bye")
			return
		default:
			say("250 good")
		}
	}
}

// keep reads a mail up to the line with nothing but a dot.
func (m *Mailbox) keep(r *bufio.Reader) {
	var mail strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err == io.EOF || strings.TrimRight(line, "\r\n") == "." {
			break
		}
		mail.WriteString(line)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, softBreak.ReplaceAllString(mail.String(), ""))
}

// softBreak is where quoted-printable text goes on in the next line.
var softBreak = regexp.MustCompile("=\r?\n")

// Mails returns what came so far.
func (m *Mailbox) Mails() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.mails...)
}
