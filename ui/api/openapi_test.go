package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"headroom/internal/phrases/phrasestest"
)

var contract = sync.OnceValues(func() (*openapi3.T, routers.Router) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPIJSON())
	if err == nil {
		err = doc.Validate(openapi3.NewLoader().Context)
	}
	if err != nil {
		panic(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		panic(err)
	}
	for _, plain := range []string{"text/html", "image/png", "image/svg+xml", "application/x-ndjson"} {
		openapi3filter.RegisterBodyDecoder(plain, openapi3filter.PlainBodyDecoder)
	}
	return doc, router
})

// ask sends a request and holds its answer against the contract.
func ask(t testing.TB, s *Server, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	_, router := contract()
	route, params, err := router.FindRoute(r)
	if err != nil {
		t.Fatalf("%s %s is not in openapi.yaml: %v", r.Method, r.URL, err)
	}
	if w.Code == http.StatusNotModified || w.Header().Get("Content-Encoding") != "" {
		return w
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())),
	}
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		t.Fatalf("%s %s: %d %s\nis not as openapi.yaml has it: %v", r.Method, r.URL, w.Code, w.Body, err)
	}
	checkRefusal(t, w)
	return w
}

// checkRefusal finds what an answer refuses in words that are not said in Chinese.
func checkRefusal(t testing.TB, w *httptest.ResponseRecorder) {
	t.Helper()
	var f failure
	if w.Code < http.StatusBadRequest || json.Unmarshal(w.Body.Bytes(), &f) != nil {
		return
	}
	phrasestest.Refusal(t, errors.New(f.Error))
}

func get(t testing.TB, s *Server, target string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, s, httptest.NewRequest(http.MethodGet, target, nil))
}

func TestContractHasEveryRoute(t *testing.T) {
	opts, _ := options(t)
	doc, _ := contract()
	param := regexp.MustCompile(`:(\w+)`)
	served := map[string]bool{}
	for _, r := range New(opts).engine.Routes() {
		path := param.ReplaceAllString(r.Path, "{$1}")
		served[r.Method+" "+path] = true
		if item := doc.Paths.Value(path); item == nil || item.GetOperation(r.Method) == nil {
			t.Errorf("%s %s is served and not in openapi.yaml", r.Method, path)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if !served[method+" "+path] {
				t.Errorf("%s %s is in openapi.yaml and not served", method, path)
			}
		}
	}
}

func TestContractIsServed(t *testing.T) {
	opts, _ := options(t)
	w := get(t, New(opts), "/api/v1/openapi.json")
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"/api/v1/warnings"`) {
		t.Fatalf("%d %.200s", w.Code, w.Body)
	}
}
