package keda

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// issued is a self-signed certificate for 127.0.0.1, of a server or a client.
type issued struct {
	cert, key string // PEM files
	leaf      *x509.Certificate
}

func issue(t *testing.T, name string) issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	draft := &x509.Certificate{
		SerialNumber: serial, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, draft, draft, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return issued{write(t, name+".crt", "CERTIFICATE", der), write(t, name+".key", "PRIVATE KEY", secret), leaf}
}

func write(t *testing.T, name, kind string, der []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func (i issued) trusted() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(i.leaf)
	return &tls.Config{RootCAs: pool}
}

func TestTLS(t *testing.T) {
	first, second := issue(t, "first"), issue(t, "second")
	s := serve(t, Options{Scales: newBoard(wants(3)), TLS: TLS{CertFile: first.cert, KeyFile: first.key}})
	dial(t, s.addr, first.trusted()).must("IsActive", ref("module", dispatch), "IsActiveResponse")
	for name, config := range map[string]*tls.Config{"plain text": nil, "other authority": second.trusted()} {
		if _, err := dial(t, s.addr, config).call("IsActive", ref("module", dispatch), "IsActiveResponse"); err == nil {
			t.Errorf("%s: answered; want an error", name)
		}
	}
	for from, to := range map[string]string{second.cert: first.cert, second.key: first.key} {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	dial(t, s.addr, second.trusted()).must("IsActive", ref("module", dispatch), "IsActiveResponse")
}

func TestClientsNeedACertificate(t *testing.T) {
	server, known, stranger := issue(t, "server"), issue(t, "known"), issue(t, "stranger")
	s := serve(t, Options{Scales: newBoard(wants(3)), TLS: TLS{CertFile: server.cert, KeyFile: server.key, ClientCAFile: known.cert}})
	call := func(as issued) error {
		config := server.trusted()
		if as.cert != "" {
			pair, err := tls.LoadX509KeyPair(as.cert, as.key)
			if err != nil {
				t.Fatal(err)
			}
			config.Certificates = []tls.Certificate{pair}
		}
		_, err := dial(t, s.addr, config).call("IsActive", ref("module", dispatch), "IsActiveResponse")
		return err
	}
	if err := call(known); err != nil {
		t.Errorf("a known client: %v", err)
	}
	if call(stranger) == nil || call(issued{}) == nil {
		t.Error("a client without a known certificate was answered")
	}
}

func TestFaultyTLSFiles(t *testing.T) {
	good := issue(t, "good")
	f := func(files TLS, words string) {
		t.Helper()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		err = New(Options{Scales: newBoard(), TLS: files}).Serve(t.Context(), l)
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v; want an error with %q", err, words)
		}
		if _, err := l.Accept(); err == nil {
			t.Error("the listener is still open")
		}
	}
	f(TLS{CertFile: good.cert}, "both")
	f(TLS{ClientCAFile: good.cert}, "both")
	f(TLS{CertFile: "absent.crt", KeyFile: good.key}, "absent.crt")
	f(TLS{CertFile: good.cert, KeyFile: issue(t, "other").key}, "other.key")
	f(TLS{CertFile: good.cert, KeyFile: good.key, ClientCAFile: "absent.crt"}, "absent.crt")
	f(TLS{CertFile: good.cert, KeyFile: good.key, ClientCAFile: good.key}, "no PEM certificate")
}
