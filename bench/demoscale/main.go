// Command demoscale is the traffic of `make demo-scale`: a real HTTP service with a
// known service time, and a generator of requests whose rate changes.
//
//	demoscale worker --listen 127.0.0.1:9000 --service-time 20ms
//	demoscale load --url http://127.0.0.1:8080/ --rates 40,80,40 --each 5m
//
// A worker answers one request after the other, as the processes of the origin did:
// requests beyond 1/service time wait, and that shows in its latency.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kingpin/v2"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	app := kingpin.New("demoscale", "A service of known speed, and traffic for it.")
	addWorker(ctx, app)
	addLoad(ctx, app)
	if _, err := app.Parse(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "demoscale:", err)
		os.Exit(1)
	}
}
