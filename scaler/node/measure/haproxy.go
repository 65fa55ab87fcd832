package measure

import (
	"bytes"
	"errors"
)

var (
	errNoRequest = errors.New("not a request that a server had") // no fault
	errHAProxy   = errors.New("not of the form hr1 %b/%s %Tw %Tc %Tr %Ta %ST …")
)

// parseHAProxy reads a line of HAProxy's log with the log-format
//
//	hr1 %b/%s %Tw %Tc %Tr %Ta %ST %bq/%sq %U
//
// What comes before "hr1", such as a header of syslog, is skipped. A request took the
// time until its answer began, Tr; if none began, all the time that it was with the
// server, until HAProxy gave up. address is this node's in the names of servers.
func parseHAProxy(b []byte, address string) (t timing, err error) {
	_, rest, ok := bytes.Cut(b, []byte("hr1 "))
	if !ok {
		return t, errHAProxy
	}
	server, rest := field(rest)
	_, server, ok = bytes.Cut(server, []byte{'/'})
	if !ok {
		return t, errHAProxy
	}
	var times [4]float64 // Tw Tc Tr Ta; -1: it did not come so far
	for i := range times {
		var word []byte
		word, rest = field(rest)
		if times[i], ok = decimal(bytes.TrimPrefix(word, []byte{'+'})); !ok || times[i] > maxTiming*1000 {
			return t, errHAProxy
		}
	}
	queue, connect, answer, all := times[0], times[1], times[2], times[3]
	if len(server) == 0 || server[0] == '<' || connect < 0 {
		return t, errNoRequest // <NOSRV>, or never connected
	}
	if answer < 0 {
		answer = max(all-max(queue, 0)-connect, 0)
	}
	t.requests, t.busy = 1, answer/1000
	t.server(server, address)
	return t, nil
}

// server takes the name of a server: the worker's id, or host_port of this node.
func (t *timing) server(name []byte, address string) {
	t.worker = name
	i := bytes.LastIndexByte(name, '_')
	if i < 0 {
		return
	}
	switch host := name[:i]; string(host) {
	case address, "127.0.0.1", "localhost":
		t.port = port(name[i+1:])
	}
}
