package api

import (
	"bytes"
	"net/http"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzip"
)

const contentJSON = "application/json; charset=utf-8"

// minPacked is the size below which compression saves no packet.
const minPacked = 1400

var packers = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return w
}}

// acceptsGzip tells whether the client takes a gzip answer.
func acceptsGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";")
		if name == "gzip" && strings.Trim(strings.TrimPrefix(q, "q="), "0.") == "" {
			return q == ""
		} else if name == "gzip" {
			return true
		}
	}
	return false
}

func pack(b []byte) []byte {
	var out bytes.Buffer
	w := packers.Get().(*gzip.Writer)
	defer packers.Put(w)
	w.Reset(&out)
	_, _ = w.Write(b) // a bytes.Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// write answers with a whole body, packed where the client takes that.
func write(c *gin.Context, code int, contentType string, body []byte) {
	c.Header("Vary", vary)
	if len(body) >= minPacked && acceptsGzip(c.Request) && code != http.StatusNotModified {
		c.Header("Content-Encoding", "gzip")
		body = pack(body)
	}
	c.Data(code, contentType, body)
}
