package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"headroom/storage"
)

const (
	bodyTimeout = time.Minute // for a sender to deliver a whole body
	retryAfter  = "5"         // seconds; what a busy answer asks for
)

// request is one push while it is worked on.
type request struct {
	*http.Request
	body   []byte // decompressed; labels may alias it until decode returns
	now    time.Time
	sender string
	extra  []storage.Label // of extra_label query arguments
	tally  tally

	in *Ingest
}

// A storeError is an error that is not the sender's fault.
type storeError struct{ error }

func (e storeError) Unwrap() error { return e.error }

// handler serves one format.
func (in *Ingest) handler(f format) http.HandlerFunc {
	if f.reply == nil {
		f.reply = replyPlain
	}
	return func(w http.ResponseWriter, r *http.Request) {
		start := in.now()
		req := &request{Request: r, in: in, now: start, sender: host(r.RemoteAddr)}
		err := in.serve(w, req, f)
		if err != nil && isFault(err) {
			req.tally.refused[malformed]++
		}
		code := f.reply(w, req, err)
		in.metrics.count(f.protocol, &req.tally)
		in.metrics.request(f.protocol, code, in.now().Sub(start))
	}
}

// serve reads, waits for its turn and decodes.
func (in *Ingest) serve(w http.ResponseWriter, req *request, f format) (err error) {
	if req.extra, err = extraLabels(req.URL.Query()); err != nil {
		return err
	}
	b := bodies.Get().(*body)
	defer b.release(in.budget)
	// A server that can't set deadlines has none of its own either.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
	if err := b.read(req.Body, req.ContentLength, in.maxSize, in.budget); err != nil {
		return err
	}
	if err := in.gate.enter(req.Context()); err != nil {
		return err
	}
	defer in.gate.leave()
	encoding := req.Header.Get("Content-Encoding")
	if encoding == "" {
		encoding = f.encoding
	}
	if req.body, err = b.decompress(encoding, in.maxSize); err != nil {
		return err
	}
	return f.decode(req)
}

func host(address string) string {
	h, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return h
}

// A policy says what becomes of the good part of a batch.
type policy bool

const (
	keepGood  policy = false // it is stored
	allOrNone policy = true  // it is refused with the bad part
)

// write checks rows and stores what passed.
func (r *request) write(rows []storage.Series, p policy) error {
	return r.in.write(r.Context(), r.sender, rows, &r.tally, p)
}

func (in *Ingest) write(ctx context.Context, sender string, rows []storage.Series, t *tally, p policy) error {
	before := *t
	rows = in.checker.keep(sender, in.now(), rows, t)
	if good := t.kept - before.kept; p == allOrNone && t.bad() > before.bad() {
		t.kept = before.kept
		t.refused[badBatch] += good
		return nil
	}
	if len(rows) == 0 {
		return nil
	}
	return t.stored(in.store.Write(ctx, rows), before.kept)
}

// stored notes how a Write ended; kept is what had been kept before it.
func (t *tally) stored(err error, kept int) error {
	var refused *storage.RefusedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		n := min(refused.Samples, t.kept-kept)
		t.kept -= n
		t.refuse(refusedByStore, n, func() error { return err })
		return nil
	}
	t.kept = kept
	return storeError{fmt.Errorf("store samples: %w", err)}
}

// isFault tells whether err is the sender's.
func isFault(err error) bool { return status(err) < http.StatusInternalServerError }

// status maps an error to what HTTP calls it.
func status(err error) int {
	var size *sizeError
	var encoding *encodingError
	var content *contentTypeError
	var store storeError
	switch {
	case errors.As(err, &size):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &encoding), errors.As(err, &content):
		return http.StatusUnsupportedMediaType
	case errors.Is(err, errBusy), errors.Is(err, storage.ErrReadOnly), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	case errors.As(err, &store):
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// outcome is the status of the request and what to tell the sender.
func (r *request) outcome(err error) (int, error) {
	if err != nil {
		return status(err), err
	}
	if err := r.tally.err(); err != nil {
		return http.StatusBadRequest, err
	}
	return http.StatusNoContent, nil
}

// replyPlain answers 204 or the error as text.
func replyPlain(w http.ResponseWriter, r *request, err error) int {
	code, err := r.outcome(err)
	if err != nil {
		return r.fail(w, code, err)
	}
	w.WriteHeader(code)
	return code
}

// fail answers with an error. What went wrong inside is logged, since the
// sender cannot mend it.
func (r *request) fail(w http.ResponseWriter, code int, err error) int {
	var store storeError
	if errors.As(err, &store) {
		r.in.log.Error("cannot store samples", "sender", r.sender, "path", r.URL.Path, "err", err)
	}
	if code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, err.Error()+"\n")
	return code
}
