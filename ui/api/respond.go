package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"headroom/internal/phrases"
)

type success struct {
	Status string `json:"status"`
	Data   any    `json:"data"`
}

type failure struct {
	Status    string `json:"status"`
	ErrorType Kind   `json:"errorType"`
	Error     string `json:"error"`
}

// answer makes a handler of a function that only asks the domain.
func (s *Server) answer(f func(*gin.Context) (any, error)) gin.HandlerFunc {
	return s.answerUpTo(maxBody, f)
}

// answerUpTo is answer for requests of up to so many bytes.
func (s *Server) answerUpTo(most int64, f func(*gin.Context) (any, error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, most)
		data, err := f(c)
		if err != nil {
			s.fail(c, err)
			return
		}
		s.json(c, http.StatusOK, success{"success", data})
	}
}

// fail answers an error. What the server itself got wrong is logged.
func (s *Server) fail(c *gin.Context, err error) {
	e := classify(err)
	if e.Kind == internal {
		s.Logger.Error("request failed", "method", c.Request.Method, "path", c.Request.URL.Path, "err", err)
	}
	if e.Kind == unavailable || e.Kind == tooMany {
		c.Header("Retry-After", "10")
	}
	s.json(c, statusOf[e.Kind], failure{"error", e.Kind, e.Error()}.in(tongue(c)))
}

// in says a failure in a language: of several faults, one a line, each by itself.
func (f failure) in(language string) failure {
	faults := strings.Split(f.Error, "\n")
	for i := range faults {
		faults[i] = phrases.In(language, faults[i])
	}
	f.Error = strings.Join(faults, "\n")
	return f
}

func (s *Server) json(c *gin.Context, code int, v any) {
	b, err := marshal(v)
	if err != nil {
		s.Logger.Error("an answer cannot be written as JSON", "path", c.Request.URL.Path, "err", err)
		c.Status(http.StatusInternalServerError)
		return
	}
	if answer, ok := v.(success); ok && !isKept(answer.Data) { // a failure is said already
		b = say(tongue(c), b)
	}
	write(c, code, contentJSON, b)
}

// isKept tells whether data are sent as they are kept, since a checksum is told of them.
func isKept(data any) bool {
	_, ok := data.(json.RawMessage)
	return ok
}

// marshal writes v as JSON that keeps "<", ">" and "&" readable; answers are
// never part of a page's HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}
