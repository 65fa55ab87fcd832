package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// usage is what a process has used.
type usage struct {
	cpu  float64 // seconds
	rss  float64 // bytes
	anon float64 // bytes of them that are its own
}

func usageOf(pid int) (u usage, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+2:]))
	for _, field := range fields[11:13] { // user and system, in ticks of 10 ms
		ticks, _ := strconv.ParseFloat(field, 64)
		u.cpu += ticks / 100
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(status)) {
		name, rest, _ := strings.Cut(line, ":")
		kb, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
		switch name {
		case "VmRSS":
			u.rss = kb * 1024
		case "RssAnon":
			u.anon = kb * 1024
		}
	}
	return u, nil
}

// measured takes the usage of all before and after.
func measured(ctx context.Context, o options, all []*contender) error {
	pass := func(d time.Duration) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d):
			return nil
		}
	}
	if err := pass(o.warm); err != nil {
		return err
	}
	for _, c := range all {
		var err error
		if c.before, err = usageOf(c.pid); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	if err := pass(o.length); err != nil {
		return err
	}
	for _, c := range all {
		var err error
		if c.after, err = usageOf(c.pid); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// print shows each with its ratio to ours, which is the first, and what the others
// cost together.
func print(all []*contender, length time.Duration, sent int64) {
	const row = "%-36s %10s %8s %10s %8s %12s\n"
	fmt.Printf(row, "", "CPU", "× ours", "RSS", "× ours", "bytes")
	var cpus, rsss float64
	ours := all[0]
	cpu := func(c *contender) float64 { return (c.after.cpu - c.before.cpu) / length.Seconds() }
	show := func(name string, cpuShare, rss float64, bytes string) {
		fmt.Printf(row, name,
			fmt.Sprintf("%.2f %%", 100*cpuShare), fmt.Sprintf("%.1f", cpuShare/cpu(ours)),
			fmt.Sprintf("%.1f MiB", rss/(1<<20)), fmt.Sprintf("%.1f", rss/ours.after.rss), bytes)
	}
	for i, c := range all {
		bytes := fmt.Sprintf("%d page", atomic.LoadInt64(&c.page))
		if i == 0 {
			bytes = fmt.Sprintf("%d sent", sent)
		} else {
			cpus, rsss = cpus+cpu(c), rsss+c.after.rss
		}
		show(c.name, cpu(c), c.after.rss, bytes)
	}
	if len(all) > 2 {
		show("both exporters", cpus, rsss, "")
	}
	fmt.Printf("\nof our memory %.1f MiB are anonymous, the rest is the program's text\n", ours.after.anon/(1<<20))
}
