package tcpslice

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// socket is what a sampler needs of one answer of the kernel.
type socket struct {
	family     uint8
	port       uint16 // local
	local      [16]byte
	remote     [16]byte
	remotePort uint16
	cookie     uint64 // tells it from all others that live or have lived
	cgroup     uint64 // in which it was made; 0: the kernel does not tell
	inode      uint32 // by which processes that have it open are found

	unread, unsent         uint32 // bytes
	lastSent, lastReceived uint32 // milliseconds since data went out, came in
	segsOut, segsIn        uint32 // with data
	rtt                    uint32 // microseconds
	retransmits            uint32
}

// pending tells whether the last thing on the connection was the client's. Both
// times have the kernel's tick (1 to 10 ms), so equal ones are decided by who has
// sent more.
func (s *socket) pending() bool {
	return s.lastReceived < s.lastSent || s.lastReceived == s.lastSent && s.segsIn > s.segsOut
}

func (s *socket) address(a [16]byte, port uint16) netip.AddrPort {
	if s.family == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(a[:4])), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(a).Unmap(), port)
}

// Lengths of struct nlmsghdr, inet_diag_msg and rtattr.
const (
	headerLen    = 16
	diagLen      = 72
	attributeLen = 4
)

// Attributes of an answer, from linux/inet_diag.h.
const (
	attributeInfo   = 2
	attributeCgroup = 21
)

// message is one netlink message; its payload lies in the buffer it was read into.
type message struct {
	kind, flags uint16
	sequence    uint32
	payload     []byte
}

var errCut = errors.New("a netlink message is cut off")

// next takes the first message from b and returns what follows it.
func next(b []byte) (m message, rest []byte, err error) {
	if len(b) < headerLen {
		return m, nil, errCut
	}
	n := int(binary.NativeEndian.Uint32(b))
	if n < headerLen || n > len(b) {
		return m, nil, errCut
	}
	m.kind, m.flags = binary.NativeEndian.Uint16(b[4:]), binary.NativeEndian.Uint16(b[6:])
	m.sequence, m.payload = binary.NativeEndian.Uint32(b[8:]), b[headerLen:n]
	return m, b[min(align(n), len(b)):], nil
}

// align rounds up to the four bytes to which messages and attributes are aligned.
func align(n int) int { return (n + 3) &^ 3 }

// parse reads an inet_diag_msg and its attributes into s.
func parse(b []byte, s *socket) error {
	if len(b) < diagLen {
		return fmt.Errorf("an answer of sock_diag has %d bytes, want at least %d", len(b), diagLen)
	}
	*s = socket{
		family:     b[0],
		port:       binary.BigEndian.Uint16(b[4:]),
		remotePort: binary.BigEndian.Uint16(b[6:]),
		local:      [16]byte(b[8:]),
		remote:     [16]byte(b[24:]),
		cookie:     uint64(binary.NativeEndian.Uint32(b[44:])) | uint64(binary.NativeEndian.Uint32(b[48:]))<<32,
		unread:     binary.NativeEndian.Uint32(b[56:]),
		unsent:     binary.NativeEndian.Uint32(b[60:]),
		inode:      binary.NativeEndian.Uint32(b[68:]),
	}
	for b = b[diagLen:]; len(b) >= attributeLen; {
		n := int(binary.NativeEndian.Uint16(b))
		if n < attributeLen || n > len(b) {
			return fmt.Errorf("an attribute of sock_diag says %d bytes, of %d left", n, len(b))
		}
		s.attribute(binary.NativeEndian.Uint16(b[2:]), b[attributeLen:n])
		b = b[min(align(n), len(b)):]
	}
	return nil
}

func (s *socket) attribute(kind uint16, value []byte) {
	switch {
	case kind == attributeInfo:
		s.info(value)
	case kind == attributeCgroup && len(value) >= 8:
		s.cgroup = binary.NativeEndian.Uint64(value)
	}
}

// Where the numbers lie in struct tcp_info.
const (
	atLastSent     = int(unsafe.Offsetof(unix.TCPInfo{}.Last_data_sent))
	atLastReceived = int(unsafe.Offsetof(unix.TCPInfo{}.Last_data_recv))
	atRTT          = int(unsafe.Offsetof(unix.TCPInfo{}.Rtt))
	atRetransmits  = int(unsafe.Offsetof(unix.TCPInfo{}.Total_retrans))
	atSegsIn       = int(unsafe.Offsetof(unix.TCPInfo{}.Data_segs_in))
	atSegsOut      = int(unsafe.Offsetof(unix.TCPInfo{}.Data_segs_out))
)

// info reads a tcp_info, of which an older kernel may have less than we know.
func (s *socket) info(b []byte) {
	at := func(offset int) uint32 {
		if len(b) < offset+4 {
			return 0
		}
		return binary.NativeEndian.Uint32(b[offset:])
	}
	s.lastSent, s.lastReceived = at(atLastSent), at(atLastReceived)
	s.segsIn, s.segsOut = at(atSegsIn), at(atSegsOut)
	s.rtt, s.retransmits = at(atRTT), at(atRetransmits)
}
