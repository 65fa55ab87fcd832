package main

import (
	"context"
	"runtime/debug"
	"time"
)

// A storm of alarms fills memory with what lives long. While so many alarms are
// open the garbage collector lets the heap grow by half instead of to the double.
const (
	manyAlarms  = 20_000
	thriftyGrow = 50 // percent
)

// saveMemoryInStorms has the garbage collector run more often while many alarms are
// open, until ctx is done.
func (s *server) saveMemoryInStorms(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	usual, thrifty := 0, false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		switch many := s.alarms.pipeline.Count() > manyAlarms; {
		case many && !thrifty:
			usual = debug.SetGCPercent(thriftyGrow)
		case !many && thrifty:
			debug.SetGCPercent(usual)
		default:
			continue
		}
		thrifty = !thrifty
	}
}
