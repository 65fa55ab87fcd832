package sync

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// Credentials say whom a node trusts, and who it is.
type Credentials struct {
	CAFile            string // of the server's certificate; empty: the machine's
	CertFile, KeyFile string // the node's; read for each connection, so they can be renewed

	// Either a token or a user's name and password, of which the files are read for
	// each request; empty: neither.
	TokenFile              string
	Username, PasswordFile string
}

// Client returns an HTTP client that identifies itself by the credentials. It follows
// no redirect: another address is another server.
func (c Credentials) Client() (*http.Client, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read whom to trust: %w", err)
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read whom to trust: %s holds no certificate", c.CAFile)
		}
	}
	if c.CertFile != "" {
		conf.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			cert, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
			return &cert, err
		}
		if _, err := conf.GetClientCertificate(nil); err != nil {
			return nil, fmt.Errorf("read the node's certificate: %w", err)
		}
	}
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		TLSClientConfig:     conf,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 3, // the long poll, a report beside it, samples
		IdleConnTimeout:     time.Minute,
	}
	return &http.Client{
		Transport:     authorized{transport, c},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// authorized says in each request who the node is.
type authorized struct {
	*http.Transport
	Credentials
}

// RoundTrip sends a request with the token or the password.
func (a authorized) RoundTrip(r *http.Request) (*http.Response, error) {
	if a.TokenFile == "" && a.Username == "" {
		return a.Transport.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	if err := a.identify(r); err != nil {
		return nil, err
	}
	return a.Transport.RoundTrip(r)
}

func (c Credentials) identify(r *http.Request) error {
	if c.Username != "" {
		password, err := secret(c.PasswordFile)
		if err != nil {
			return fmt.Errorf("read the password of %s: %w", c.Username, err)
		}
		r.SetBasicAuth(c.Username, password)
		return nil
	}
	token, err := secret(c.TokenFile)
	if err != nil {
		return fmt.Errorf("read the node's token: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return nil
}

// secret is what a file holds, without the white space round it.
func secret(file string) (string, error) {
	text, err := os.ReadFile(file)
	return strings.TrimSpace(string(text)), err
}
