package pool

import (
	"bufio"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"

	"headroom/internal/config"
)

// Access says which nodes may sync. A node shows its token, or a client certificate
// that was verified and has the node's name. Without any token configured, it is up to
// the server's users and certificates; if there are none either, only nodes on this
// machine may.
type Access struct {
	shared        *[sha256.Size]byte
	tokens        map[string][sha256.Size]byte // by node
	authenticated bool
}

// Errors of access.
var (
	ErrNoToken    = errors.New("no tokens of nodes are configured, so only nodes on the server's own machine may sync: set pool.node_token_file or pool.node_tokens_file")
	ErrWrongToken = errors.New("want the node's token as Authorization: Bearer …")
)

const minTokenLength = 16 // bytes

// ReadAccess reads the tokens that the configuration names. Authenticated tells
// whether the server lets only known users or certificates in.
func ReadAccess(c config.Pool, authenticated bool) (*Access, error) {
	a := &Access{authenticated: authenticated}
	switch {
	case c.NodeTokenFile != "":
		token, err := config.ReadSecret("", c.NodeTokenFile)
		if err != nil {
			return nil, fmt.Errorf("pool.node_token_file: %w", err)
		}
		if len(token) < minTokenLength {
			return nil, fmt.Errorf("pool.node_token_file: want a token of at least %d bytes in %s, found %d", minTokenLength, c.NodeTokenFile, len(token))
		}
		sum := sha256.Sum256([]byte(token))
		a.shared = &sum
	case c.NodeTokensFile != "":
		if err := a.readTokens(c.NodeTokensFile); err != nil {
			return nil, fmt.Errorf("pool.node_tokens_file: %w", err)
		}
	}
	return a, nil
}

// readTokens reads lines of a node's name and its token. Those that are empty or begin
// with # do not count.
func (a *Access) readTokens(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	a.tokens = map[string][sha256.Size]byte{}
	var wrong []string
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if _, twice := a.tokens[words[0]]; len(words) != 2 || len(words[1]) < minTokenLength || twice {
			wrong = append(wrong, fmt.Sprintf("%s:%d: want a node's name, once, and a token of at least %d bytes", file, n, minTokenLength))
			continue
		}
		a.tokens[words[0]] = sha256.Sum256([]byte(words[1]))
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	return nil
}

// Check tells why a request may not speak for a node; nil: it may.
func (a *Access) Check(r *http.Request, node string) error {
	if certified(r, node) {
		return nil
	}
	if a.shared == nil && a.tokens == nil {
		if a.authenticated || local(r) {
			return nil
		}
		return ErrNoToken
	}
	want, known := a.tokens[node]
	if a.shared != nil {
		want, known = *a.shared, true
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	got := sha256.Sum256([]byte(token))
	equal := subtle.ConstantTimeCompare(got[:], want[:]) == 1
	switch {
	case equal && known:
		return nil
	case token == "":
		return fmt.Errorf("%w, found none", ErrWrongToken)
	default:
		return fmt.Errorf("%w, found another one", ErrWrongToken)
	}
}

// certified tells whether the request came with a verified certificate of the node.
func certified(r *http.Request, node string) bool {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return false
	}
	cert := r.TLS.VerifiedChains[0][0]
	return cert.Subject.CommonName == node || slices.Contains(cert.DNSNames, node)
}

// local tells whether the request came from this machine, and not by way of a proxy.
func local(r *http.Request) bool {
	for _, header := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(header) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}
