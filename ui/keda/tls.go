package keda

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// TLS names PEM files. The certificate and its key are read anew for each
// connection, so they can be renewed in place.
type TLS struct {
	CertFile, KeyFile string
	ClientCAFile      string // if given, clients need a certificate of these authorities
}

func (t TLS) credentials() (credentials.TransportCredentials, error) {
	if t == (TLS{}) {
		return insecure.NewCredentials(), nil
	}
	if t.CertFile == "" || t.KeyFile == "" {
		return nil, errors.New("a certificate file and a key file are needed, both")
	}
	if _, err := t.certificate(nil); err != nil {
		return nil, err
	}
	config := &tls.Config{GetCertificate: t.certificate, MinVersion: tls.VersionTLS12}
	if t.ClientCAFile != "" {
		pool, err := authorities(t.ClientCAFile)
		if err != nil {
			return nil, err
		}
		config.ClientCAs, config.ClientAuth = pool, tls.RequireAndVerifyClientCert
	}
	return credentials.NewTLS(config), nil
}

func (t TLS) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("certificate %s with key %s: %w", t.CertFile, t.KeyFile, err)
	}
	return &pair, nil
}

func authorities(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("authorities of clients: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("authorities of clients: %s has no PEM certificate", file)
	}
	return pool, nil
}
