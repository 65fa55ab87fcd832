package api

import (
	"net/http"
	"strconv"
	"os"
	"testing"
	"time"

	"headroom/ui/web"
)

func TestZZServe(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("ZZ"))
	if n == 0 {
		t.Skip()
	}
	opts, c := options(t)
	opts.Pages = web.Handler()
	c.snap = fleetOf(n)
	s := New(opts)
	go http.ListenAndServe("127.0.0.1:7662", s.Handler())
	time.Sleep(150 * time.Second)
}
