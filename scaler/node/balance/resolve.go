package balance

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// resolver finds the addresses of a host. net.Resolver's LookupNetIP is one, with
// "ip" as its network.
type resolver func(ctx context.Context, host string) ([]netip.Addr, error)

const resolveWithin = 5 * time.Second // for all hosts of a list

// resolve fills in the addresses of targets: proxies want those, or would look names up
// themselves, once, and refuse to start if one is missing. A host keeps its address as
// long as it is still one of its own, and also while it cannot be looked up. A host
// that never could be is an error, and its targets are left out.
func resolve(ctx context.Context, lookup resolver, targets []target, known map[string]netip.Addr) ([]target, error) {
	ctx, cancel := context.WithTimeout(ctx, resolveWithin)
	defer cancel()
	seen := map[string]netip.Addr{}
	var errs []error
	find := func(host string) netip.Addr {
		ip, done := seen[host]
		if !done {
			var err error
			ip, err = address(ctx, lookup, host, known[host])
			if err != nil {
				errs = append(errs, err)
			}
			seen[host] = ip
		}
		return ip
	}
	resolved := make([]target, 0, len(targets))
	for _, t := range targets {
		t.ip = find(t.host)
		if t.agentHost != "" {
			t.agentIP = find(t.agentHost)
		}
		if t.ip.IsValid() {
			resolved = append(resolved, t)
		}
	}
	clear(known)
	for host, ip := range seen {
		if ip.IsValid() {
			known[host] = ip
		}
	}
	return resolved, errors.Join(errs...)
}

// address is the host's, preferably the one that was known before.
func address(ctx context.Context, lookup resolver, host string, before netip.Addr) (netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap(), nil
	}
	found, err := lookup(ctx, host)
	if err == nil && len(found) == 0 {
		err = errors.New("it has no address")
	}
	if err != nil {
		if before.IsValid() {
			return before, nil
		}
		return netip.Addr{}, fmt.Errorf("look up %s: %w", host, err)
	}
	for i := range found {
		found[i] = found[i].Unmap()
	}
	if slices.Contains(found, before) {
		return before, nil
	}
	return slices.MinFunc(found, netip.Addr.Compare), nil
}
