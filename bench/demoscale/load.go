package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

func addLoad(ctx context.Context, app *kingpin.Application) {
	cmd := app.Command("load", "Send requests at one rate after the other, and print a line each ten seconds.")
	url := cmd.Flag("url", "Where to.").Required().String()
	rates := cmd.Flag("rates", "Requests a second, one after the other; the first follows the last.").Default("40,80").String()
	each := cmd.Flag("each", "How long a rate lasts.").Default("5m").Duration()
	once := cmd.Flag("once", "End after the last rate.").Bool()
	cmd.Action(func(*kingpin.ParseContext) error {
		all, err := parseRates(*rates)
		if err != nil {
			return err
		}
		return send(ctx, *url, all, *each, *once)
	})
}

func parseRates(s string) (rates []float64, err error) {
	for _, word := range strings.Split(s, ",") {
		r, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil || r <= 0 {
			return nil, fmt.Errorf("--rates: want requests a second such as 40,80, got %q", word)
		}
		rates = append(rates, r)
	}
	return rates, nil
}

// maxWaiting is how many requests may wait for their answers; more are counted as
// errors, unsent.
const maxWaiting = 2000

// send keeps the times of requests random, as those of many users are, and does not
// wait for answers: a slow service gets no fewer requests.
func send(ctx context.Context, url string, rates []float64, each time.Duration, once bool) error {
	client := &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: maxWaiting, MaxConnsPerHost: maxWaiting},
	}
	waiting := make(chan struct{}, maxWaiting)
	tally := &tally{}
	go tally.print(ctx, os.Stdout)
	for i := 0; !once || i < len(rates); i++ {
		rate := rates[i%len(rates)]
		tally.setRate(rate)
		for end := time.Now().Add(each); time.Now().Before(end); {
			select {
			case <-ctx.Done():
				tally.summary(os.Stdout)
				return nil
			case <-time.After(time.Duration(rand.ExpFloat64() / rate * float64(time.Second))):
			}
			select {
			case waiting <- struct{}{}:
				go func() {
					defer func() { <-waiting }()
					began := time.Now()
					err := get(client, url)
					tally.add(time.Since(began), err)
				}()
			default:
				tally.add(0, fmt.Errorf("%d requests wait already", maxWaiting))
			}
		}
	}
	tally.summary(os.Stdout)
	return nil
}

func get(client *http.Client, url string) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
