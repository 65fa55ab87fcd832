package send

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// mailServer speaks SMTP (RFC 5321) with STARTTLS and AUTH PLAIN, and keeps what it is
// handed.
type mailServer struct {
	t      *testing.T
	listen net.Listener
	cert   *tls.Certificate // nil: no TLS is offered
	caFile string
	refuse func(line string) string // an answer to a command in place of the usual one; empty: the usual one

	mu    sync.Mutex
	mails []received
}

type received struct {
	from     string
	to       []string
	user     string
	overTLS  bool
	contents []byte
}

func newMailServer(t *testing.T, withTLS bool) *mailServer {
	t.Helper()
	s := &mailServer{t: t, refuse: func(string) string { return "" }}
	var err error
	if s.listen, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.listen.Close() })
	if withTLS {
		s.certify()
	}
	go func() {
		for {
			conn, err := s.listen.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

// certify makes a certificate for 127.0.0.1.
func (s *mailServer) certify() {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.cert = &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	s.caFile = filepath.Join(s.t.TempDir(), "ca.pem")
	if err := os.WriteFile(s.caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *mailServer) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	m, in := received{}, bufio.NewReader(conn)
	say := func(format string, of ...any) { fmt.Fprintf(conn, format+"\r\n", of...) }
	say("220 mail.test ESMTP")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, rest, _ := strings.Cut(line, " ")
		s.mu.Lock()
		no := s.refuse(line)
		s.mu.Unlock()
		if no != "" {
			say("%s", no)
			continue
		}
		switch strings.ToUpper(verb) {
		case "EHLO":
			if s.cert != nil && !m.overTLS {
				say("250-mail.test\r\n250 STARTTLS")
				continue
			}
			say("250-mail.test\r\n250 AUTH PLAIN LOGIN")
		case "STARTTLS":
			say("220 go ahead")
			secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*s.cert}, MinVersion: tls.VersionTLS12})
			conn, in, m = secure, bufio.NewReader(secure), received{overTLS: true}
		case "AUTH":
			raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			parts := strings.Split(string(raw), "\x00")
			if len(parts) != 3 || parts[2] != "s3cret" {
				say("535 wrong password")
				continue
			}
			m.user = parts[1]
			say("235 welcome")
		case "MAIL":
			m.from = rest
			say("250 ok")
		case "RCPT":
			m.to = append(m.to, rest)
			say("250 ok")
		case "DATA":
			say("354 end with a dot")
			text, err := io.ReadAll(textproto.NewReader(in).DotReader())
			if err != nil {
				return
			}
			m.contents = bytes.Clone(text)
			s.mu.Lock()
			s.mails = append(s.mails, m)
			s.mu.Unlock()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 unknown: %s", verb)
		}
	}
}

// taken returns the mails so far.
func (s *mailServer) taken() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mails
}
