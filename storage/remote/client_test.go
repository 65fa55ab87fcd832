package remote

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"headroom/storage"
)

// answers plays a remote store without a network, so that time can be virtual.
type answers func(r *http.Request) (code int, header, body string)

func (f answers) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	code, header, body := f(r)
	resp := &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
	if name, value, ok := strings.Cut(header, ": "); ok {
		resp.Header.Set(name, value)
	}
	return resp, nil
}

var oneRow = []storage.Series{{Labels: labelsOf("__name__", "load"), Samples: []storage.Sample{{Timestamp: 1, Value: 1}}}}

func playing(t *testing.T, f answers) *Store {
	t.Helper()
	return open(t, Options{WriteURL: "http://store/write", QueryURL: "http://store", Transport: f})
}

func TestWriteWaitsAsLongAsItIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls, start := 0, time.Now()
		s := playing(t, func(*http.Request) (int, string, string) {
			if calls++; calls < 3 {
				return 429, "Retry-After: 7", "slow down"
			}
			return 204, "", ""
		})
		if err := s.Write(t.Context(), oneRow); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d < 14*time.Second || d > 15*time.Second {
			t.Errorf("written after %v, want two waits of 7s", d)
		}
	})
}

func TestWriteGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := playing(t, func(*http.Request) (int, string, string) { return 503, "", "starting" })
		err := s.Write(t.Context(), oneRow)
		if err == nil || !strings.Contains(err.Error(), "503 Service Unavailable: starting") {
			t.Errorf("got %v, want what the store said", err)
		}
		if d := time.Since(start); d < 20*time.Second || d > 30*time.Second {
			t.Errorf("gave up after %v, want nearly 30s", d)
		}
	})
}

func TestWriteEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := contextWithTimeout(t, time.Second)
		defer cancel()
		s := playing(t, func(*http.Request) (int, string, string) { return 503, "Retry-After: 20", "" })
		start := time.Now()
		if err := s.Write(ctx, oneRow); err == nil || time.Since(start) != time.Second {
			t.Errorf("got %v after %v, want an error after 1s", err, time.Since(start))
		}
	})
}

func TestWriteGoesOnAfterARefusedRequest(t *testing.T) {
	var requests int
	s := playing(t, func(*http.Request) (int, string, string) {
		if requests++; requests == 1 {
			return 400, "", "out of bounds"
		}
		return 204, "", ""
	})
	row := storage.Series{Labels: oneRow[0].Labels, Samples: make([]storage.Sample, maxSamples+5)}
	err := s.Write(t.Context(), []storage.Series{row})
	refused, ok := errors.AsType[*storage.RefusedError](err)
	if !ok || refused.Samples != maxSamples || requests != 2 {
		t.Errorf("got %v in %d requests, want %d samples refused in 2", err, requests, maxSamples)
	}
}

func TestPiecesHaveNoEmptyLabelsAndFewSamples(t *testing.T) {
	rows := []storage.Series{
		{Labels: labelsOf("__name__", "a", "empty", ""), Samples: make([]storage.Sample, 3)},
		{Labels: labelsOf("__name__", "b"), Samples: make([]storage.Sample, 12)},
	}
	var sizes []int
	for piece, n := range pieces(rows, 5) {
		sizes = append(sizes, n)
		for _, row := range piece {
			if len(row.Labels) != 1 {
				t.Errorf("labels %v", row.Labels)
			}
		}
	}
	if fmt.Sprint(sizes) != "[3 5 5 2]" {
		t.Errorf("got pieces of %v samples", sizes)
	}
	if len(rows[0].Labels) != 2 {
		t.Error("the caller's labels were changed")
	}
}

func TestWriteWithABadPasswordIsNoFaultOfTheSamples(t *testing.T) {
	s := playing(t, func(*http.Request) (int, string, string) { return 401, "", "who are you" })
	err := s.Write(t.Context(), oneRow)
	if _, ok := errors.AsType[*storage.RefusedError](err); ok || err == nil {
		t.Errorf("got %v, want an error that is no refusal", err)
	}
}

func TestReadOnly(t *testing.T) {
	s := open(t, Options{QueryURL: "http://127.0.0.1:1"})
	if err := s.Write(t.Context(), oneRow); !errors.Is(err, ErrNoWriteURL) {
		t.Errorf("write: got %v, want %v", err, ErrNoWriteURL)
	}
	if _, err := s.Delete(t.Context(), []storage.Matcher{storage.Metric("load")}); !errors.Is(err, ErrNoWriteURL) {
		t.Errorf("delete: got %v, want %v", err, ErrNoWriteURL)
	}
}

func TestSecretsStayOutOfErrors(t *testing.T) {
	const secret = "s3cret"
	closed := httptest.NewServer(nil)
	closed.Close()
	host := strings.TrimPrefix(closed.URL, "http://")
	for _, url := range []string{
		"http://user:" + secret + "@" + host + "/x?token=" + secret,
		"http://user:" + secret + "@bad host/",
		"ftp://user:" + secret + "@host/",
	} {
		s, err := Open(Options{QueryURL: url, BearerToken: secret, RetryFor: time.Nanosecond})
		if err == nil {
			_, err = s.Query(t.Context(), "1", time.Now())
		}
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v, want an error without the secret", url, err)
		}
	}
}

func TestAuthorization(t *testing.T) {
	var got atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got.Store(fmt.Sprint(r.Header.Get("Authorization"), " ", r.Header.Get("X-Scope-OrgID"), " ", r.URL))
		fmt.Fprint(w, `{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}`)
	}))
	defer server.Close()
	for want, o := range map[string]Options{
		"Bearer t  /api/v1/query":                 {QueryURL: server.URL, BearerToken: "t"},
		"Basic dTpw team /p/api/v1/query":         {QueryURL: server.URL + "/p/", Username: "u", Password: "p", Headers: map[string]string{"X-Scope-OrgID": "team"}},
		"Basic dTpw  /api/v1/query?extra_label=a": {QueryURL: strings.Replace(server.URL, "://", "://u:p@", 1) + "?extra_label=a"},
	} {
		if _, err := open(t, o).Query(t.Context(), "1", time.Now()); err != nil {
			t.Fatal(err)
		}
		if got.Load() != want {
			t.Errorf("got %q, want %q", got.Load(), want)
		}
	}
}
