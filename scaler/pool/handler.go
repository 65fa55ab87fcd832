package pool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"headroom/scaler/node/wire"
)

// Handler answers the syncs of node daemons.
type Handler struct {
	pool   *Pool
	access atomic.Pointer[Access]
}

// NewHandler returns a handler for POST /api/v1/nodes/{node}/sync.
func NewHandler(p *Pool, a *Access) *Handler {
	h := &Handler{pool: p}
	h.access.Store(a)
	return h
}

// SetAccess says which nodes may sync from now on.
func (h *Handler) SetAccess(a *Access) { h.access.Store(a) }

// Check tells why a request may not speak for a node; nil: it may.
func (h *Handler) Check(r *http.Request, node string) error { return h.access.Load().Check(r, node) }

// ServeHTTP takes the node's name from the pattern that the request matched.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.Serve(w, r, r.PathValue("node"))
}

const maxReport = 8 << 20 // bytes

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Serve answers a sync of a node: 200 with what shall run there, 304 if that is what
// it has, 428 if it has to tell everything anew, or an error with its reason.
func (h *Handler) Serve(w http.ResponseWriter, r *http.Request, node string) {
	if err := h.access.Load().Check(r, node); err != nil {
		fail(w, http.StatusUnauthorized, err)
		return
	}
	wait, err := waitOf(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	var report wire.Report
	if code, err := readReport(w, r, &report); err != nil {
		fail(w, code, err)
		return
	}
	began := time.Now()
	have := strings.Trim(strings.TrimPrefix(r.Header.Get("If-None-Match"), "W/"), `"`)
	d, changed, err := h.pool.Sync(r.Context(), node, &report, have, wait)
	w.Header().Set(wire.ClockHeader, fmt.Sprintf("%d %d", time.Now().UnixMilli(), time.Since(began).Milliseconds()))
	switch {
	case err != nil && r.Context().Err() != nil: // nobody is there to be told
	case err != nil:
		fail(w, codeOf(err), err)
	case !changed:
		w.Header().Set("Etag", `"`+have+`"`)
		w.WriteHeader(http.StatusNotModified)
	default:
		w.Header().Set("Etag", `"`+d.Version+`"`)
		answer(w, http.StatusOK, d)
	}
}

func waitOf(r *http.Request) (time.Duration, error) {
	text, found := strings.CutPrefix(r.URL.RawQuery, "wait=")
	if !found || strings.ContainsAny(text, "&%") {
		text = r.URL.Query().Get("wait")
	}
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 {
		return 0, fmt.Errorf("want wait as a duration such as 10s, got %q", text)
	}
	return wait, nil
}

func readReport(w http.ResponseWriter, r *http.Request, into *wire.Report) (code int, err error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if _, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, maxReport)); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return http.StatusRequestEntityTooLarge, fmt.Errorf("the report has more than %d bytes", maxReport)
		}
		return http.StatusBadRequest, fmt.Errorf("read the report: %w", err)
	}
	if err := json.Unmarshal(buf.Bytes(), into); err != nil {
		return http.StatusBadRequest, fmt.Errorf("%w: %w", ErrBadReport, err)
	}
	return 0, nil
}

func codeOf(err error) int {
	switch {
	case errors.Is(err, ErrBadReport):
		return http.StatusBadRequest
	case errors.Is(err, ErrIncomplete):
		return http.StatusPreconditionRequired
	case errors.Is(err, ErrTwice), errors.Is(err, ErrUnknownService):
		return http.StatusConflict
	default:
		return http.StatusServiceUnavailable
	}
}

var kinds = map[int]string{
	http.StatusBadRequest: "bad_data", http.StatusUnauthorized: "unauthorized", http.StatusConflict: "conflict",
	http.StatusRequestEntityTooLarge: "too_large", http.StatusPreconditionRequired: "incomplete", http.StatusServiceUnavailable: "unavailable",
}

func fail(w http.ResponseWriter, code int, err error) {
	if code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "2")
	}
	answer(w, code, map[string]string{"status": "error", "errorType": kinds[code], "error": err.Error()})
}

func answer(w http.ResponseWriter, code int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("BUG: %T cannot be written as JSON: %v", v, err))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	_, _ = w.Write(body) // who asked is gone, or gets the whole
}
