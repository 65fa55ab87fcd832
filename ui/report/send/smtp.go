package send

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"strings"
	"time"

	"headroom/internal/config"
	"headroom/storage/state"
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

// send hands a mail over for those who wait for it, and says of each how he stands then.
func (s *server) send(ctx context.Context, from string, people []state.ReportRecipient, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, mailWithin)
	defer cancel()
	c, err := s.dial(ctx)
	if err != nil {
		return fmt.Errorf("mail server %s: %w", s.address, err)
	}
	defer c.Close()
	if err := s.hand(c, from, people, text); err != nil {
		return fmt.Errorf("mail server %s: %w", s.address, err)
	}
	_ = c.Text.PrintfLine("QUIT") // it has the mail, whatever it says now, or whether
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

func (s *server) hand(c *smtp.Client, from string, people []state.ReportRecipient, text []byte) error {
	if s.username != "" {
		if err := c.Auth(s.auth(c)); err != nil {
			return fmt.Errorf("log in: %w", err)
		}
	}
	if err := c.Mail(from); err != nil {
		return fmt.Errorf("from %s: %w", from, err)
	}
	taken, err := call(c, people)
	if err != nil || len(taken) == 0 {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	for _, r := range taken {
		r.State, r.Words = state.RecipientHas, ""
	}
	return nil
}

// call names those who wait for a mail to the server and returns whom it takes it for. The
// others keep its words; whom it refuses for good waits no more.
func call(c *smtp.Client, people []state.ReportRecipient) (taken []*state.ReportRecipient, _ error) {
	for i := range people {
		r := &people[i]
		if r.State != state.RecipientWaiting {
			continue
		}
		err := c.Rcpt(r.Address)
		var no *textproto.Error
		switch {
		case err == nil:
			taken = append(taken, r)
		case !errors.As(err, &no) || no.Code == closing:
			return nil, fmt.Errorf("to %s: %w", r.Address, err)
		default:
			r.Words = words(no)
			if !temporary(no.Code) {
				r.State = state.RecipientRefused
			}
		}
	}
	return taken, nil
}

// longest is how much of an answer is kept, in bytes.
const longest = 500

// words are a server's, in one line.
func words(no *textproto.Error) string {
	text := strings.Join(strings.Fields(no.Msg), " ")
	return fmt.Sprintf("%d %s", no.Code, strings.ToValidUTF8(text[:min(len(text), longest)], ""))
}

// Answers of RFC 5321.
const (
	closing    = 421 // the server ends the connection
	tooManyNow = 552 // to RCPT: too many recipients at once, which is temporary (4.5.3.1.10)
)

// temporary says that the same recipient may be taken later.
func temporary(code int) bool { return code/100 == 4 || code == tooManyNow }

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
