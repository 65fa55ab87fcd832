package balance

import (
	"context"
	"log/slog"
	"time"
)

// sink brings a list of workers to one proxy. It is for one goroutine.
type sink interface {
	// apply makes the proxy have just these targets, whatever it has now; nothing is
	// done if it has them already. It is not settled as long as it wants to be called
	// again soon with the same list: the proxy may lose it, something failed, or it is too
	// early for the next reload.
	apply(ctx context.Context, now time.Time, targets []target) (settled bool, err error)
}

func newSink(p Proxy, slots map[string]string, log *slog.Logger) sink {
	switch p.Kind {
	case HAProxy:
		return newHAProxy(p, slots, log)
	case Nginx:
		return newNginx(p, log)
	}
	return fileSD{path: p.Path}
}
