package tcpslice

import (
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

// answer builds what the kernel says about one connection.
func answer(port uint16, cookie, cgroup uint64, unread uint32, info map[int]uint32) []byte {
	native := binary.NativeEndian
	b := make([]byte, headerLen+diagLen)
	b[headerLen] = unix.AF_INET
	d := b[headerLen:]
	binary.BigEndian.PutUint16(d[4:], port)
	native.PutUint32(d[44:], uint32(cookie))
	native.PutUint32(d[48:], uint32(cookie>>32))
	native.PutUint32(d[56:], unread)

	tcp := make([]byte, atSegsOut+4)
	for at, v := range info {
		native.PutUint32(tcp[at:], v)
	}
	b = attributeOf(b, attributeInfo, tcp)
	b = attributeOf(b, attributeCgroup, native.AppendUint64(nil, cgroup))
	b = attributeOf(b, 8, []byte{3}) // of an odd length: shutdown
	native.PutUint32(b, uint32(len(b)))
	native.PutUint16(b[4:], unix.SOCK_DIAG_BY_FAMILY)
	return b
}

func attributeOf(b []byte, kind uint16, value []byte) []byte {
	b = binary.NativeEndian.AppendUint16(b, uint16(attributeLen+len(value)))
	b = binary.NativeEndian.AppendUint16(b, kind)
	b = append(b, value...)
	return append(b, make([]byte, align(len(b))-len(b))...)
}

func TestParse(t *testing.T) {
	b := answer(8080, 7<<32|9, 4711, 100, map[int]uint32{atLastSent: 30, atLastReceived: 20, atRTT: 1500, atSegsIn: 5, atSegsOut: 4, atRetransmits: 2})
	m, rest, err := next(append(b, b...))
	if err != nil || len(rest) != len(b) || m.kind != unix.SOCK_DIAG_BY_FAMILY {
		t.Fatalf("next: %+v, %d left, %v", m, len(rest), err)
	}
	var got socket
	if err := parse(m.payload, &got); err != nil {
		t.Fatal(err)
	}
	want := socket{
		family: unix.AF_INET, port: 8080, cookie: 7<<32 | 9, cgroup: 4711, unread: 100,
		lastSent: 30, lastReceived: 20, rtt: 1500, segsIn: 5, segsOut: 4, retransmits: 2,
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestParseRefusesWhatIsCut(t *testing.T) {
	b := answer(1, 1, 1, 0, nil)
	for n := range b {
		if _, _, err := next(b[:n]); !errors.Is(err, errCut) {
			t.Fatalf("next of %d of %d bytes: %v", n, len(b), err)
		}
	}
	var s socket
	if err := parse(make([]byte, diagLen-1), &s); err == nil {
		t.Error("parse takes a short answer")
	}
	tooLong := append(make([]byte, diagLen), 200, 0, attributeInfo, 0)
	if err := parse(tooLong, &s); err == nil {
		t.Error("parse takes an attribute that says more than there is")
	}
}

// An older kernel's tcp_info ends before the fields that it does not have.
func TestParseOfAnOlderKernel(t *testing.T) {
	b := make([]byte, diagLen)
	b = attributeOf(b, attributeInfo, make([]byte, atSegsIn))
	var s socket
	if err := parse(b, &s); err != nil || s.segsIn != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestPending(t *testing.T) {
	f := func(received, sent, in, out uint32, want bool) {
		t.Helper()
		s := socket{lastReceived: received, lastSent: sent, segsIn: in, segsOut: out}
		if s.pending() != want {
			t.Errorf("received %d ms ago, sent %d ms ago, %d in, %d out: want %v", received, sent, in, out, want)
		}
	}
	f(5, 900, 1, 0, true)  // a first request
	f(900, 5, 1, 1, false) // answered
	f(4, 4, 2, 1, true)    // within one tick
	f(4, 4, 2, 2, false)
	f(0, 0, 0, 0, false) // just opened
}

func FuzzParse(f *testing.F) {
	whole := answer(8080, 1, 2, 3, map[int]uint32{atRTT: 9})
	f.Add(whole)
	f.Add(append(whole, whole[:60]...))
	f.Add([]byte{16, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		d := &diag{}
		visited := 0
		_, _ = d.answers(b, func(*socket) { visited++ })
		if visited > len(b)/(headerLen+diagLen) {
			t.Errorf("%d connections in %d bytes", visited, len(b))
		}
	})
}
