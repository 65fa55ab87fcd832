package sync

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority signs certificates and writes them into a directory.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t, dir: t.TempDir()}
	a.cert, a.key = a.sign("ca", &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

// sign makes NAME.pem and NAME.key.
func (a *authority) sign(name string, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(a.t, err)
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: name}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, parentKey := a.cert, a.key
	if parent == nil {
		parent, parentKey = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), parentKey)
	must(a.t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	must(a.t, err)
	must(a.t, os.WriteFile(a.path(name+".pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(a.t, os.WriteFile(a.path(name+".key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	cert, err := x509.ParseCertificate(der)
	must(a.t, err)
	return cert, key
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tlsServer wants a certificate of the authority and tells whom it saw, with which token.
func tlsServer(t *testing.T, a *authority) *httptest.Server {
	a.sign("server", &x509.Certificate{DNSNames: []string{"localhost"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	pair, err := tls.LoadX509KeyPair(a.path("server.pem"), a.path("server.key"))
	must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			http.Redirect(w, r, "/", http.StatusFound)
			return
		}
		w.Write([]byte(r.TLS.PeerCertificates[0].Subject.CommonName + " " + r.Header.Get("Authorization")))
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, c *http.Client, address string) string {
	t.Helper()
	answer, err := c.Get(address)
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	text := make([]byte, 200)
	n, _ := answer.Body.Read(text)
	return answer.Status + " " + string(text[:n])
}

func TestCredentials(t *testing.T) {
	a := newAuthority(t)
	s := tlsServer(t, a)
	address := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	a.sign("n1", &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	must(t, os.WriteFile(a.path("token"), []byte("secret\n"), 0o600))
	full := Credentials{CAFile: a.path("ca.pem"), CertFile: a.path("n1.pem"), KeyFile: a.path("n1.key"), TokenFile: a.path("token")}
	client, err := full.Client()
	must(t, err)
	if got := get(t, client, address); got != "200 OK n1 Bearer secret" {
		t.Error(got)
	}
	if got := get(t, client, address+"/elsewhere"); !strings.HasPrefix(got, "302") {
		t.Errorf("a redirect was followed: %s", got)
	}

	// A token and a certificate that are renewed are used from then on.
	must(t, os.WriteFile(a.path("token"), []byte("newer"), 0o600))
	a.sign("n2", &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	must(t, os.Rename(a.path("n2.pem"), full.CertFile))
	must(t, os.Rename(a.path("n2.key"), full.KeyFile))
	client.CloseIdleConnections()
	if got := get(t, client, address); got != "200 OK n2 Bearer newer" {
		t.Error(got)
	}

	// A user's password does instead of a token, and is read anew as well.
	must(t, os.WriteFile(a.path("password"), []byte("p1\n"), 0o600))
	user := full
	user.TokenFile, user.Username, user.PasswordFile = "", "nodes", a.path("password")
	client, err = user.Client()
	must(t, err)
	for _, password := range []string{"p1", "p2"} {
		must(t, os.WriteFile(a.path("password"), []byte(password+"\n"), 0o600))
		if got, want := get(t, client, address), "200 OK n2 Basic "+base64.StdEncoding.EncodeToString([]byte("nodes:"+password)); got != want {
			t.Errorf("%s; want %s", got, want)
		}
	}
	must(t, os.Remove(a.path("password")))
	if got := get(t, client, address); !strings.Contains(got, "read the password of nodes: open ") {
		t.Error(got)
	}

	stranger, err := Credentials{}.Client()
	must(t, err)
	if got := get(t, stranger, address); !strings.Contains(got, "certificate") {
		t.Errorf("a server that nobody vouches for was trusted: %s", got)
	}
	for _, bad := range []Credentials{{CAFile: "/nowhere"}, {CAFile: a.path("token")}, {CertFile: a.path("token"), KeyFile: a.path("token")}} {
		if _, err := bad.Client(); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
}
