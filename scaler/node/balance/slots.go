package balance

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// slot is one server of a server-template, as HAProxy says it is.
type slot struct {
	name    string
	at      netip.AddrPort
	admin   int // bits of its administrative state
	weight  int // in force
	initial int // of the configuration: 100 percent
	fqdn    string

	agent   bool           // it is configured to ask an agent
	agentAt netip.AddrPort // not valid: the configured one
}

// Bits of an administrative state, by HAProxy's documentation of "show servers state".
const (
	adminMaint = 0x01 | 0x02 | 0x20 // forced, inherited, or for want of an address
	adminDrain = 0x08               // forced
)

func (s slot) empty() bool    { return s.admin&adminMaint != 0 }
func (s slot) draining() bool { return s.admin&adminDrain != 0 }

// nobody is where a slot asks for a worker that has no agent: nothing listens there, and
// HAProxy ignores that.
var nobody = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 1)

// parseSlots reads the answer to "show servers state", version 1, and takes from it the
// slots of a server-template by their prefix.
func parseSlots(text, prefix string) ([]slot, error) {
	var all []slot
	var columns map[string]int
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if head, ok := strings.CutPrefix(line, "# "); ok {
			columns = map[string]int{}
			for i, name := range strings.Fields(head) {
				columns[name] = i
			}
			continue
		}
		fields := strings.Fields(line)
		if columns == nil || len(fields) < 2 {
			continue // the version, empty lines
		}
		s, err := parseSlot(columns, fields)
		if err != nil {
			return nil, fmt.Errorf("read HAProxy's servers: %w", err)
		}
		if isOf(s.name, prefix) {
			all = append(all, s)
		}
	}
	if columns == nil {
		return nil, fmt.Errorf("read HAProxy's servers: %s", plain(text))
	}
	return all, nil
}

func isOf(name, prefix string) bool {
	number, ok := strings.CutPrefix(name, prefix)
	_, err := strconv.ParseUint(number, 10, 32)
	return ok && err == nil
}

func parseSlot(columns map[string]int, fields []string) (s slot, err error) {
	get := func(name string) string {
		i, there := columns[name]
		if !there || i >= len(fields) {
			if err == nil {
				err = fmt.Errorf("no %s in %q", name, strings.Join(fields, " "))
			}
			return ""
		}
		return fields[i]
	}
	number := func(name string) int {
		text := get(name)
		n, bad := strconv.Atoi(text)
		if bad != nil && err == nil {
			err = fmt.Errorf("%s: want a number, got %q", name, text)
		}
		return n
	}
	s = slot{
		name: get("srv_name"), at: addrPort(get("srv_addr"), number("srv_port")),
		admin: number("srv_admin_state"), weight: number("srv_uweight"), initial: number("srv_iweight"),
		fqdn: get("srv_fqdn"), agent: number("srv_agent_state")&agentConfigured != 0,
		agentAt: addrPort(get("srv_agent_addr"), number("srv_agent_port")),
	}
	return s, err
}

const agentConfigured = 0x02 // bit of an agent's state

// addrPort is not valid where HAProxy says "-": none.
func addrPort(text string, port int) netip.AddrPort {
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(port))
}

func (t target) at() netip.AddrPort { return netip.AddrPortFrom(t.ip, uint16(t.port)) }

func (t target) agentAt() netip.AddrPort {
	if !t.agentIP.IsValid() {
		return nobody
	}
	return netip.AddrPortFrom(t.agentIP, uint16(t.agentPort))
}

// assign gives each target a slot, by the slot's name. A target stays where HAProxy has
// it; else it gets the slot that it had last, else an empty one, else one whose worker is
// gone. So a worker keeps its slot, and what HAProxy binds to that: sessions, hashes.
// It returns how many targets found none.
func assign(slots []slot, targets []target, last map[string]string) (map[string]target, int) {
	taken := make(map[string]target, len(targets))
	at := map[netip.AddrPort]string{}
	for _, s := range slots {
		if _, twice := at[s.at]; !s.empty() && !twice {
			at[s.at] = s.name
		}
	}
	exists := map[string]bool{}
	for _, s := range slots {
		exists[s.name] = true
	}
	place := func(targets []target, where func(target) string) (left []target) {
		for _, t := range targets {
			name := where(t)
			if _, full := taken[name]; full || !exists[name] {
				left = append(left, t)
				continue
			}
			taken[name] = t
		}
		return left
	}
	left := place(targets, func(t target) string { return at[t.at()] })
	left = place(left, func(t target) string { return last[t.address] })
	for _, wantEmpty := range []bool{true, false} {
		for _, s := range slots {
			if _, full := taken[s.name]; len(left) > 0 && !full && s.empty() == wantEmpty {
				taken[s.name], left = left[0], left[1:]
			}
		}
	}
	return taken, len(left)
}
