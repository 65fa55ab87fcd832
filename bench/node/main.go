// Command node measures what it costs to measure the processes of a node: the CPU of
// one core and the memory that a daemon of our measuring and sending takes at slices
// of a second, beside Debian's process-exporter and node-exporter on the same
// processes in the same run.
//
//	node                            100 workers with 1,000 connections, for 30 s
//	node --workers=10 --connections=50 --for=10s
//	node --daemon=bin/headroom-node the whole daemon, which starts the workers itself; as root
//
// The exporters are scraped every second, as often as we look. They are started with
// the flags under which they cost least, and show nothing of connections, latency or
// throttling. An exporter that is not installed is left out.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are those of the command line.
type options struct {
	workers, connections, port int
	length, warm, scrape       time.Duration
	daemon                     string
}

func main() {
	if len(os.Args) > 1 {
		if role := roles[os.Args[1]]; role != nil {
			exit(role(os.Args[2:]))
		}
	}
	var o options
	flag.IntVar(&o.workers, "workers", 100, "worker processes")
	flag.IntVar(&o.connections, "connections", 1000, "long connections, with a request a second each")
	flag.IntVar(&o.port, "port", 21000, "first port of the workers; below those that clients get")
	flag.DurationVar(&o.length, "for", 30*time.Second, "how long it is measured")
	flag.DurationVar(&o.warm, "warm", 45*time.Second, "how long it runs before")
	flag.DurationVar(&o.scrape, "scrape", time.Second, "time between two scrapes of an exporter")
	flag.StringVar(&o.daemon, "daemon", "", "path of headroom-node; empty: only what measures in it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit(compare(ctx, o))
}

// roles are what this program starts itself as.
var roles = map[string]func(args []string) error{
	"worker": work,
	"daemon": daemon,
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(1)
	}
	os.Exit(0)
}
