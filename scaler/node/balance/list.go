package balance

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"headroom/scaler/node/wire"
)

// Labels of a worker in the server's list.
const (
	labelWorker = "__meta_headroom_worker"
	labelNode   = "__meta_headroom_node"
	labelWeight = "__meta_headroom_weight" // percent of its full share
	labelState  = "__meta_headroom_state"
	labelAgent  = "__meta_headroom_agent" // host:port of its node's agent
)

// group is how Prometheus' http_sd and file_sd write targets.
type group struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels,omitempty"`
}

// target is one worker of a list.
type target struct {
	address string // host:port, as the server says it
	host    string
	port    int
	ip      netip.Addr // of the host

	worker string
	weight int // percent
	state  wire.State

	agentHost string // empty: it has none
	agentPort int
	agentIP   netip.Addr

	labels map[string]string
}

// serves tells whether it shall get new work.
func (t target) serves() bool { return t.state == wire.Ready && t.weight > 0 }

// name is what its agent knows it by.
func (t target) name() string {
	if t.worker != "" {
		return t.worker
	}
	return t.address
}

// most is how many workers a list may hold: far more than a proxy has.
const most = 100_000

// parse reads a list and refuses it whole if anything in it is not understood: half a
// list would take workers out. The targets are in order of their addresses.
func parse(text []byte) ([]target, error) {
	var groups []group
	if err := json.Unmarshal(text, &groups); err != nil {
		return nil, fmt.Errorf("read the list of workers: %w", err)
	}
	if groups == nil {
		return nil, errors.New("read the list of workers: want an array, got null")
	}
	var all []target
	for i, g := range groups {
		for j, address := range g.Targets {
			t, err := parseTarget(address, g.Labels)
			if err != nil {
				return nil, fmt.Errorf("read the list of workers: [%d].targets[%d]: %w", i, j, err)
			}
			all = append(all, t)
		}
	}
	if len(all) > most {
		return nil, fmt.Errorf("read the list of workers: want at most %d, got %d", most, len(all))
	}
	slices.SortFunc(all, func(a, b target) int { return cmp.Compare(a.address, b.address) })
	for i := 1; i < len(all); i++ {
		if all[i].address == all[i-1].address {
			return nil, fmt.Errorf("read the list of workers: %q is there twice", all[i].address)
		}
	}
	return all, nil
}

func parseTarget(address string, labels map[string]string) (t target, err error) {
	t = target{address: address, worker: labels[labelWorker], weight: 100, state: wire.Ready, labels: labels}
	if t.host, t.port, err = splitAddress(address); err != nil {
		return t, err
	}
	if t.worker != "" && !word.MatchString(t.worker) {
		return t, fmt.Errorf("%s: want letters, digits and _ . : -, got %q", labelWorker, t.worker)
	}
	if text, there := labels[labelWeight]; there {
		t.weight, err = strconv.Atoi(text)
		if err != nil || t.weight < 0 || t.weight > 100 {
			return t, fmt.Errorf("%s: want 0 … 100, got %q", labelWeight, text)
		}
	}
	if text := labels[labelState]; text != "" {
		t.state = wire.State(text)
	}
	if text := labels[labelAgent]; text != "" {
		if t.agentHost, t.agentPort, err = splitAddress(text); err != nil {
			return t, fmt.Errorf("%s: %w", labelAgent, err)
		}
	}
	return t, nil
}

// splitAddress takes apart a host, free of what a proxy's syntax gives a meaning, and
// its port.
func splitAddress(address string) (string, int, error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil || !word.MatchString(host) {
		return "", 0, fmt.Errorf("want host:port, got %q", address)
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return "", 0, fmt.Errorf("want a port of 1 … 65535, got %q", address)
	}
	return host, port, nil
}
