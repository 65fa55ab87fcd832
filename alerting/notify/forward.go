package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/alertmanager/alert"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"

	"headroom/storage/state"
)

// How alarms are forwarded, as Prometheus does it.
const (
	resendAfter   = time.Minute      // while an alarm fires it is sent again
	forgetsAfter  = 4 * time.Minute  // the other one holds it for ended, if it hears nothing so long
	resendsEnd    = 15 * time.Minute // how long an end is repeated
	forwardBatch  = 256              // alarms in one request
	forwardEvery  = time.Second      // how often it is looked for something to send
	forwardTries  = 10 * time.Second // how long one request may take
	forwardsAtEnd = 100_000          // ends that are remembered; more are dropped
)

// forwardReceiver names forwarding where a receiver's name is asked for.
const forwardReceiver = "forward"

// forwardName names the i-th address, as an integration is named.
func forwardName(i int) string { return forwardReceiver + "/alertmanager[" + itoa(i) + "]" }

// forwarder sends what is on the desk to other Alertmanagers.
type forwarder struct {
	s      *Stage
	client *http.Client

	mu    sync.Mutex // protects peers
	peers []*peer
}

// peer is one of the other Alertmanagers. It belongs to the forwarder's goroutine.
type peer struct {
	name, address string
	sent          map[model.Fingerprint]*shipment
}

// shipment is what a peer was sent of an alarm.
type shipment struct {
	alert *alert.Alert
	at    time.Time // zero: it never arrived
	ended time.Time // zero: it fires
}

func newForwarder(s *Stage) *forwarder {
	return &forwarder{s: s, client: &http.Client{Timeout: forwardTries}}
}

// use replaces the addresses; one that stays keeps what it was sent.
func (f *forwarder) use(addresses []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	peers := make([]*peer, len(addresses))
	for i, address := range addresses {
		peers[i] = &peer{name: forwardName(i), address: strings.TrimSuffix(address, "/") + "/api/v2/alerts", sent: map[model.Fingerprint]*shipment{}}
		for _, old := range f.peers {
			if old.address == peers[i].address {
				peers[i].sent = old.sent
			}
		}
	}
	f.peers = peers
}

func (f *forwarder) run(ctx context.Context) {
	tick := time.NewTicker(forwardEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			f.round(ctx, now)
		}
	}
}

// round sends each peer what it lacks, to all at once.
func (f *forwarder) round(ctx context.Context, now time.Time) {
	f.mu.Lock()
	peers := slices.Clone(f.peers)
	f.mu.Unlock()
	if len(peers) == 0 {
		return
	}
	alerts := f.s.desk.forForward()
	var all sync.WaitGroup
	for _, p := range peers {
		all.Go(func() { f.serve(ctx, p, p.lacks(alerts, now, f.dropped), now) })
	}
	all.Wait()
}

func (f *forwarder) dropped() { f.s.metrics.forwarded.WithLabelValues("dropped").Inc() }

// forForward returns the alarms that pass.
func (d *desk) forForward() map[model.Fingerprint]*alert.Alert {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make(map[model.Fingerprint]*alert.Alert, len(d.slips))
	for fp, s := range d.slips {
		if !s.held && !s.muted {
			all[fp] = s.alert
		}
	}
	return all
}

// lacks returns what a peer is to be sent now. Ends of which it can hear no more
// are dropped.
func (p *peer) lacks(alerts map[model.Fingerprint]*alert.Alert, now time.Time, dropped func()) (due []*shipment) {
	for fp, a := range alerts {
		s := p.sent[fp]
		if s == nil {
			s = &shipment{}
			p.sent[fp] = s
		}
		if changed := s.alert != a; changed || now.Sub(s.at) >= resendAfter {
			if s.alert = a; changed {
				s.at = time.Time{}
			}
			s.ended = a.EndsAt
			due = append(due, s)
		}
	}
	ends := 0
	for fp, s := range p.sent {
		if alerts[fp] != nil {
			continue
		}
		if s.ended.IsZero() {
			s.ended, s.at = now, time.Time{} // it does not pass any more
		}
		ends++
		switch gone := now.Sub(s.ended) >= resendsEnd; {
		case gone || ends > forwardsAtEnd:
			if s.at.IsZero() {
				dropped()
			}
			delete(p.sent, fp)
		case now.Sub(s.at) >= resendAfter:
			due = append(due, s)
		}
	}
	slices.SortFunc(due, func(a, b *shipment) int { return a.alert.StartsAt.Compare(b.alert.StartsAt) })
	return due
}

// serve sends shipments in batches, until one fails: that is tried again.
func (f *forwarder) serve(ctx context.Context, p *peer, due []*shipment, now time.Time) {
	for batch := range slices.Chunk(due, forwardBatch) {
		started := time.Now()
		err := f.post(ctx, p.address, batch, now)
		if err != nil {
			f.s.metrics.forwarded.WithLabelValues("failed").Add(float64(len(batch)))
			f.s.logger.Warn("forwarding failed; trying again", "to", p.name, "alarms", len(batch), "err", err)
			return
		}
		f.s.metrics.forwarded.WithLabelValues("sent").Add(float64(len(batch)))
		f.arrived(p, batch, now, time.Since(started))
	}
}

// post sends one request. What fires gets an end that lies ahead, so that it ends
// there too if we are no more.
func (f *forwarder) post(ctx context.Context, address string, batch []*shipment, now time.Time) error {
	alerts := make([]model.Alert, len(batch))
	for i, s := range batch {
		alerts[i] = f.s.opts.Words.leaving([]*alert.Alert{s.alert})[0].Alert
		if alerts[i].EndsAt = s.ended; s.ended.IsZero() {
			alerts[i].EndsAt = now.Add(forgetsAfter)
		}
	}
	body, err := json.Marshal(alerts)
	if err != nil {
		return fmt.Errorf("write alarms as JSON: %w", err)
	}
	resp, err := amnotify.PostJSON(ctx, f.client, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer amnotify.Drain(resp)
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("status %s", resp.Status)
	}
	return nil
}

// arrived notes what a peer has, and reports what it had not.
func (f *forwarder) arrived(p *peer, batch []*shipment, now time.Time, took time.Duration) {
	receiver, integration, _ := strings.Cut(p.name, "/")
	n := &state.Notification{
		At: now.UTC().Truncate(time.Millisecond), Receiver: receiver, Integration: integration,
		Labels: "{}", What: state.Delivered, Why: "forwarded", Took: took,
	}
	var all []*alert.Alert
	for _, s := range batch {
		if s.at.IsZero() {
			all = append(all, s.alert)
		}
		s.at = now
	}
	news := f.s.desk.news(p.name, all)
	if len(news) == 0 {
		return
	}
	n.Firing, n.Ended = episodes(news)
	n.AllFiring, n.AllEnded = len(n.Firing), len(n.Ended)
	f.s.desk.noteTold(p.name, news, n.At)
	if err := f.s.records.keep(n); err != nil {
		f.s.logger.Error("the record of forwarding could not be kept", "err", err)
		f.s.inbox.lost()
	}
	f.s.inbox.add(report{delivered: n})
}
