package send

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"strings"
	"time"

	"headroom/internal/config"
)

// server takes mail.
type server struct {
	address, host   string
	hello           string
	username, plain string // plain is the password
	trusted         *x509.CertPool
	withoutTLS      bool
}

// mailWithin is how long the server may take for a mail.
const mailWithin = 2 * time.Minute

func newServer(c config.SMTP) (*server, error) {
	password, err := config.ReadSecret(c.Password, c.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("report.smtp: %w", err)
	}
	host, _, err := net.SplitHostPort(c.Smarthost)
	if err != nil {
		return nil, fmt.Errorf("report.smtp.smarthost: %w", err)
	}
	s := &server{address: c.Smarthost, host: host, hello: c.Hello, username: c.Username, plain: password, withoutTLS: c.Plain}
	if c.CAFile == "" {
		return s, nil
	}
	text, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("report.smtp.tls_ca_file: %w", err)
	}
	s.trusted = x509.NewCertPool()
	if !s.trusted.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("report.smtp.tls_ca_file: %s has no certificate", c.CAFile)
	}
	return s, nil
}

func (s *server) tls() *tls.Config {
	return &tls.Config{ServerName: s.host, RootCAs: s.trusted, MinVersion: tls.VersionTLS12}
}

// send hands a mail over; nil means that the server has taken it for all recipients.
func (s *server) send(ctx context.Context, from string, to []string, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, mailWithin)
	defer cancel()
	c, err := s.dial(ctx)
	if err != nil {
		return fmt.Errorf("mail server %s: %w", s.address, err)
	}
	defer c.Close()
	if err := s.hand(c, from, to, text); err != nil {
		return fmt.Errorf("mail server %s: %w", s.address, err)
	}
	_ = c.Quit() // it has the mail, whatever it says now
	return nil
}

// dial connects: by TLS at once on port 465, else by STARTTLS as soon as it is offered.
func (s *server) dial(ctx context.Context) (*smtp.Client, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, err
	}
	if end, ok := ctx.Deadline(); ok {
		err = conn.SetDeadline(end)
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	first := strings.HasSuffix(s.address, ":465")
	if first {
		conn = tls.Client(conn, s.tls())
	}
	c, clientErr := smtp.NewClient(conn, s.host)
	if err = errors.Join(err, clientErr); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if err = c.Hello(s.hello); err == nil && !first {
		err = s.startTLS(c)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (s *server) startTLS(c *smtp.Client) error {
	switch offered, _ := c.Extension("STARTTLS"); {
	case offered:
		return c.StartTLS(s.tls())
	case !s.withoutTLS:
		return errors.New("it offers no TLS (STARTTLS), and report.smtp.plain is false")
	}
	return nil
}

func (s *server) hand(c *smtp.Client, from string, to []string, text []byte) error {
	if s.username != "" {
		if err := c.Auth(s.auth(c)); err != nil {
			return fmt.Errorf("log in: %w", err)
		}
	}
	if err := c.Mail(from); err != nil {
		return fmt.Errorf("from %s: %w", from, err)
	}
	for _, address := range to {
		if err := c.Rcpt(address); err != nil {
			return fmt.Errorf("to %s: %w", address, err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	return w.Close()
}

// auth chooses a way to log in that the server offers.
func (s *server) auth(c *smtp.Client) smtp.Auth {
	_, offered := c.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	for _, way := range ways {
		switch way {
		case "CRAM-MD5":
			return smtp.CRAMMD5Auth(s.username, s.plain)
		case "PLAIN":
			return smtp.PlainAuth("", s.username, s.plain, s.host)
		}
	}
	if len(ways) > 0 && ways[0] == "LOGIN" {
		return &login{s.username, s.plain}
	}
	return smtp.PlainAuth("", s.username, s.plain, s.host)
}

// login is the way of LOGIN, which some servers have alone.
type login struct{ username, password string }

// Start implements [smtp.Auth].
func (l *login) Start(info *smtp.ServerInfo) (string, []byte, error) {
	if !info.TLS {
		return "", nil, errors.New("no password is sent without TLS")
	}
	return "LOGIN", nil, nil
}

// Next implements [smtp.Auth].
func (l *login) Next(asked []byte, more bool) ([]byte, error) {
	switch {
	case !more:
		return nil, nil
	case strings.HasPrefix(strings.ToLower(string(asked)), "user"):
		return []byte(l.username), nil
	case strings.HasPrefix(strings.ToLower(string(asked)), "pass"):
		return []byte(l.password), nil
	}
	return nil, fmt.Errorf("the server asks for %q", asked)
}
