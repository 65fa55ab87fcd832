package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

func addWorker(ctx context.Context, app *kingpin.Application) {
	cmd := app.Command("worker", "Answer one request after the other.")
	listen := cmd.Flag("listen", "Where to listen.").Required().String()
	service := cmd.Flag("service-time", "How long a request takes by itself.").Default("20ms").Duration()
	cmd.Action(func(*kingpin.ParseContext) error { return work(ctx, *listen, *service) })
}

// work serves until ctx is done, then answers what it has begun.
func work(ctx context.Context, listen string, service time.Duration) error {
	var one sync.Mutex // held by the request that is served
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		one.Lock()
		defer one.Unlock()
		time.Sleep(service)
		fmt.Fprintln(w, listen)
	})
	srv := &http.Server{Addr: listen, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = srv.Shutdown(context.WithoutCancel(ctx))
	}()
	if err := srv.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", listen, err)
	}
	return nil
}
