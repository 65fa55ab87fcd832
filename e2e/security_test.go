package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// secret is "correct horse" as bcrypt writes it, with the lowest cost.
const secret = "$2a$04$TvUESe/lMUv0MKsl0p./B.ky1CXCsGrmRw./snoKVrF2OIF7ZjLg6"

func TestUsersAndTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	roots := certificate(t, dir)
	config := filepath.Join(dir, "web.yml")
	if err := os.WriteFile(config, fmt.Appendf(nil,
		"tls_server_config: {cert_file: cert.pem, key_file: key.pem}\nbasic_auth_users: {ann: %q}\n", secret), 0o600); err != nil {
		t.Fatal(err)
	}
	s := StartServer(t, "--web.config.file="+config)
	s.URL = strings.Replace(s.URL, "http:", "https:", 1)
	s.Client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}

	const sample = "headroom_load_percent{module=\"m\",node=\"n\"} 1\n"
	for _, path := range []string{"/", "/api/v1/warnings", "/metrics", "/-/ready", "/api/v1/query?query=1"} {
		if status, _ := s.Get(path); status != 401 {
			t.Errorf("GET %s without a user: %d; want 401", path, status)
		}
	}
	if status, _ := s.Post("/api/v1/import/prometheus", sample); status != 401 {
		t.Errorf("a push without a user: %d; want 401", status)
	}
	f := func(user, password string, want int) {
		t.Helper()
		req := s.Request("POST", "/api/v1/import/prometheus", sample)
		req.SetBasicAuth(user, password)
		if status, body := s.Do(req); status != want {
			t.Errorf("a push of %s: %d %s; want %d", user, status, body, want)
		}
	}
	f("ann", "correct horse", 204)
	f("ann", "wrong", 401)
	f("bob", "correct horse", 401)
	if log := s.Log(); strings.Contains(log, "correct horse") || strings.Contains(log, secret) {
		t.Error("the log has a secret")
	}

	plain := Web{t: t, URL: strings.Replace(s.URL, "https:", "http:", 1)}
	if status, _ := plain.Get("/"); status == 200 {
		t.Error("plain HTTP is answered as well")
	}
	terminalAsUser(t, s.URL)
}

// terminalAsUser lets the commands speak to a server with users.
func terminalAsUser(t *testing.T, url string) {
	asUser := strings.Replace(url, "https://", "https://ann:correct%20horse@", 1)
	status, _, errs := Run(t, "warnings", "--server="+asUser)
	if status != 1 || !strings.Contains(errs, "certificate") || strings.Contains(errs, "correct") {
		t.Errorf("warnings of an unknown authority: exit status %d, %s", status, errs)
	}
}

func TestOtherOriginsCannotWrite(t *testing.T) {
	t.Parallel()
	s := StartServer(t, "--web.enable-lifecycle")
	f := func(method, path, header, value string, want int) {
		t.Helper()
		req := s.Request(method, path, `{"note":"x"}`)
		req.Header.Set(header, value)
		if status, body := s.Do(req); status != want {
			t.Errorf("%s %s with %s %s: %d %s; want %d", method, path, header, value, status, body, want)
		}
	}
	for _, path := range []string{"/api/v1/import/prometheus", "/api/v1/write", "/api/v1/import", "/write", "/-/reload"} {
		f("POST", path, "Origin", "http://evil.example", 403)
		f("POST", path, "Sec-Fetch-Site", "cross-site", 403)
	}
	f("PUT", "/api/v1/modules/x/note", "Origin", "http://evil.example", 403)
	f("POST", "/-/reload", "Origin", s.URL, 200) // the page itself may
	f("GET", "/-/healthy", "Origin", "http://evil.example", 200)
}

func TestAWebConfigurationThatIsWrong(t *testing.T) {
	t.Parallel()
	for _, file := range []string{File(t, "web.yml", "basic_auth_userz: {}\n"), "/no/such/web.yml"} {
		status, _, errs := Run(t, "serve", "--storage.path="+t.TempDir(), "--web.listen-address=127.0.0.1:0", "--web.config.file="+file)
		if status != 1 || !strings.Contains(errs, "--web.config.file "+file) || strings.Contains(errs, "msg=listening") {
			t.Errorf("exit status %d; want 1 before it listens, and the name of %s:\n%s", status, file, errs)
		}
	}
}

// certificate writes a certificate of the loopback address, and of more, that signs
// itself, and returns a pool with it.
func certificate(t *testing.T, dir string, more ...string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "headroom"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	for _, address := range more {
		template.IPAddresses = append(template.IPAddresses, net.ParseIP(address))
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: private},
	} {
		text := pem.EncodeToMemory(block)
		pool.AppendCertsFromPEM(text)
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return pool
}
