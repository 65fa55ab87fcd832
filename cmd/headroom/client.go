package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"
	jsoniter "github.com/json-iterator/go"
)

// decoder reads a large table in a third of the time of encoding/json, which
// would be most of what a command takes.
var decoder = jsoniter.ConfigCompatibleWithStandardLibrary

// client asks a running server.
type client struct {
	server    string
	tokenFile string
	out       io.Writer
}

// addClient gives a command the flag that names the server.
func addClient(cmd *kingpin.CmdClause) *client {
	c := &client{out: os.Stdout}
	cmd.Flag("server", "URL of the running server; user:password@ in it are sent along.").
		Envar("HEADROOM_SERVER").Default("http://127.0.0.1:7480").StringVar(&c.server)
	cmd.Flag("token-file", "File with a token that is sent along; or the token itself in HEADROOM_TOKEN.").Envar("HEADROOM_TOKEN_FILE").StringVar(&c.tokenFile)
	return c
}

// show prints what the API answers as JSON, or has print show it for people.
func show[T any](c *client, asJSON bool, ask func(data any) error, print func(*T) error) error {
	if asJSON {
		var data json.RawMessage
		if err := ask(&data); err != nil {
			return err
		}
		_, err := fmt.Fprintf(c.out, "%s\n", data)
		return err
	}
	var data T
	if err := ask(&data); err != nil {
		return err
	}
	return print(&data)
}

// get asks for path under /api/v1 and decodes the answer's data.
func (c *client) get(path string, params url.Values, data any) error {
	return c.ask(http.MethodGet, path, params, nil, data)
}

// post sends body as JSON to path under /api/v1 and decodes the answer's data.
func (c *client) post(path string, params url.Values, body, data any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.ask(http.MethodPost, path, params, b, data)
}

func (c *client) ask(method, path string, params url.Values, send []byte, data any) error {
	body, err := c.fetch(method, path, params, send)
	if err != nil {
		return err
	}
	answer := struct{ Data any }{data}
	if err := decoder.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("the answer of %s is not Headroom's: %w", c.name(), err)
	}
	return nil
}

// fetch returns the body of an answer.
func (c *client) fetch(method, path string, params url.Values, send []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	resp, err := c.open(ctx, method, path, params, send)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if notice := resp.Header.Get("Headroom-Notice"); notice != "" {
		fmt.Fprintln(os.Stderr, "headroom: note:", printable(notice))
	}
	body, err := readAll(resp)
	if err != nil {
		return nil, c.brokeOff(err)
	}
	return body, nil
}

// open returns the answer of a server that does what it was asked for.
func (c *client) open(ctx context.Context, method, path string, params url.Values, send []byte) (*http.Response, error) {
	target := strings.TrimSuffix(c.server, "/") + "/api/v1/" + path
	if query := params.Encode(); query != "" {
		target += "?" + query
	}
	if err := c.checkServer(); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(send))
	if err != nil {
		return nil, fmt.Errorf("--server: %w", err)
	}
	if err := c.authorize(req); err != nil {
		return nil, err
	}
	if host := req.URL.Hostname(); host == "localhost" || net.ParseIP(host).IsLoopback() {
		req.Header.Set("Accept-Encoding", "identity") // unpacking takes longer than the way
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, c.unreachable(err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	body, err := readAll(resp)
	if err != nil {
		return nil, c.brokeOff(err)
	}
	return nil, c.refused(resp.StatusCode, body)
}

// authorize sends a token along, if there is one.
func (c *client) authorize(req *http.Request) error {
	token := os.Getenv("HEADROOM_TOKEN")
	if c.tokenFile != "" {
		text, err := os.ReadFile(c.tokenFile)
		if err != nil {
			return fmt.Errorf("--token-file: %w", err)
		}
		token = strings.TrimSpace(string(text))
	}
	switch {
	case token == "":
	case req.URL.User != nil:
		return errors.New("there is a token, and --server names a user: only one of them can be sent")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("the token of --token-file or HEADROOM_TOKEN has signs that no token has")
	default:
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return nil
}

func (c *client) brokeOff(err error) error {
	return fmt.Errorf("the answer of %s broke off: %w", c.name(), err)
}

// readAll reads a body into memory of its size, where that is known.
func readAll(resp *http.Response) ([]byte, error) {
	const most = 1 << 30 // whatever a server may say
	var b bytes.Buffer
	b.Grow(int(min(max(resp.ContentLength, 0), most)) + bytes.MinRead)
	_, err := b.ReadFrom(io.LimitReader(resp.Body, most))
	return b.Bytes(), err
}

// errUnreachable means that no server has answered.
var errUnreachable = errors.New("no server can be reached")

// unreachable says what to do when no server answers.
func (c *client) unreachable(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // the URL's password is not for the screen
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		err = errors.New("connection refused")
	}
	return fmt.Errorf("%w at %s: %w\nStart one by: headroom serve (or: headroom demo), or name one by --server or HEADROOM_SERVER", errUnreachable, c.name(), err)
}

// errMissing means that the server does not have what was asked for.
var errMissing = errors.New("the server does not have it")

// refusal is an error in the server's own words.
type refusal struct {
	text   string
	status int
}

func (r refusal) Error() string { return r.text }
func (r refusal) Is(target error) bool {
	return target == errMissing && r.status == http.StatusNotFound
}

// refused returns the server's own words.
func (c *client) refused(status int, body []byte) error {
	var answer struct{ Error string }
	if err := json.Unmarshal(body, &answer); err == nil && answer.Error != "" {
		return refusal{answer.Error, status}
	}
	if status == http.StatusUnauthorized {
		return fmt.Errorf("%s asks who you are: name a user by --server http://user:password@host, or a token by --token-file or HEADROOM_TOKEN", c.name())
	}
	return fmt.Errorf("%s answered %d %s", c.name(), status, http.StatusText(status))
}

// checkServer tells what is wrong with --server. The usual slip is to leave out
// the scheme, which url.Parse explains in words of its own.
func (c *client) checkServer() error {
	u, err := url.Parse(c.server)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		return nil
	}
	return fmt.Errorf("--server: want a URL as http://127.0.0.1:7480, got %q", c.name())
}

// name is the server's URL without its password.
func (c *client) name() string {
	u, err := url.Parse(c.server)
	switch {
	case err == nil && u.Host != "":
		return u.Redacted()
	case strings.Contains(c.server, "@"): // what stands before it may be a password
		return "…" + c.server[strings.LastIndex(c.server, "@"):]
	}
	return c.server
}

// modulePath is the path of a node's endpoint under /api/v1.
func modulePath(id string) string { return "modules/" + url.PathEscape(id) }
