package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"headroom/scaler/node/measure"
	"headroom/scaler/node/send"
	"headroom/scaler/node/worker"
)

// job is what a daemon reads from its input.
type job struct {
	URL, Dir string
	Workers  []worker.Running
}

// daemon measures and sends as the node daemon does, until it is told to end.
func daemon([]string) error {
	var j job
	if err := json.NewDecoder(os.Stdin).Decode(&j); err != nil {
		return err
	}
	debug.SetGCPercent(50)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	m, err := measure.New(measure.Options{
		Workers: func() []worker.Running { return j.Workers },
		Node:    "node-1", StatsD: "127.0.0.1:0", HAProxy: "127.0.0.1:0", Logger: log,
	})
	if err != nil {
		return err
	}
	s, err := send.Open(send.Options{Collect: m.Series, URL: j.URL, Dir: j.Dir, Logger: log})
	if err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() { sent <- s.Run(ctx) }()
	if err := m.Run(ctx); err != nil {
		return err
	}
	return <-sent
}
