// Command storm measures how a server tells people of storms of alarms. It makes
// scenarios in which it knows what has failed, plays them, and scores what was told.
// Of the server it knows nothing but its HTTP API and the webhooks that it sends.
//
//	storm generate --out bench/out/storm         scenarios, and what to configure
//	storm play --server http://127.0.0.1:7480 --fleet bench/out/storm/tuned/fleet.prom --out told bench/out/storm/tuned/*.json
//	storm score --told told bench/out/storm/tuned/*.json
//
// The server has to send every alarm to the webhook on which play listens. Half of
// the scenarios are held out: whoever tunes a server may not look at them.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "storm:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("want generate, play or score")
	}
	f := flag.NewFlagSet("storm "+args[0], flag.ExitOnError)
	switch args[0] {
	case "generate":
		out := f.String("out", "bench/out/storm", "folder for the scenarios")
		seed := f.Uint64("seed", 0, "make only one half of the suite, with this seed")
		speed := f.Float64("speed", 1, "how much faster than real they will be played")
		_ = f.Parse(args[1:])
		return generate(*out, *seed, *speed)
	case "play":
		var p player
		f.StringVar(&p.server, "server", "http://127.0.0.1:7480", "address of the server")
		f.StringVar(&p.listen, "listen", "127.0.0.1:7490", "address for the server's webhooks")
		f.StringVar(&p.fleet, "fleet", "", "file with samples of the fleet, sent each minute")
		f.StringVar(&p.out, "out", "told", "folder for what was told")
		f.Float64Var(&p.speed, "speed", 1, "how much faster than real time to play")
		_ = f.Parse(args[1:])
		return p.play(ctx, f.Args())
	case "score":
		told := f.String("told", "told", "folder with what was told")
		_ = f.Parse(args[1:])
		return scoreFiles(*told, f.Args())
	}
	return fmt.Errorf("want generate, play or score, got %q", args[0])
}

// generate writes the suite: a folder for each half, with the scenarios and with the
// configuration that declares what the fleet's modules share.
func generate(out string, seed uint64, speed float64) error {
	todo := parts
	if seed != 0 {
		todo = []part{{fmt.Sprintf("seed-%d", seed), seed, false}}
	}
	for _, p := range todo {
		dir, f := filepath.Join(out, p.name), p.fleet()
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := writeConfig(filepath.Join(dir, "headroom.yml"), f, speed); err != nil {
			return err
		}
		if err := writeFleet(filepath.Join(dir, "fleet.prom"), f); err != nil {
			return err
		}
		for i, s := range p.scenarios(f) {
			if err := writeJSON(filepath.Join(dir, fmt.Sprintf("%02d-%s.json", i+1, fileName(s.Name))), s); err != nil {
				return err
			}
			fmt.Printf("%s: %s: %d alarms in %.0f s, %d causes, %d incidents\n", p.name, s.Name, len(s.Alarms), float64(s.Length), len(s.Truth.Causes), len(s.Truth.Incidents))
		}
	}
	return nil
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

func fileName(s string) string {
	return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(s), "-"), "-")
}

// scoreFiles prints the scores of scenarios that were played.
func scoreFiles(told string, files []string) error {
	var scores []Score
	for _, file := range files {
		var s Scenario
		var got []Notification
		if err := readJSON(file, &s); err != nil {
			return err
		}
		if err := readJSON(filepath.Join(told, filepath.Base(file)), &got); err != nil {
			return err
		}
		scores = append(scores, score(&s, got))
	}
	return printScores(os.Stdout, scores)
}
