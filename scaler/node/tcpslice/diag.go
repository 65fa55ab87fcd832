package tcpslice

import (
	"encoding/binary"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// bufferSize is above the 32 KiB that the kernel puts into one datagram at most.
const bufferSize = 64 << 10

// answerWithin bounds a read: the kernel answers at once, so a longer wait means
// that an answer was lost.
var answerWithin = unix.Timeval{Sec: 2}

// diag is a netlink socket for sock_diag, with the buffers of its requests.
type diag struct {
	fd       int
	states   uint32 // of TCP, as bits: sockets in others are left out
	sequence uint32
	request  [requestLen]byte
	buffer   []byte
	one      socket
}

func openDiag(states uint32) (*diag, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("open a netlink socket for sock_diag: %w", err)
	}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &answerWithin); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("set the timeout of a netlink socket: %w", err)
	}
	return &diag{fd: fd, states: states, buffer: make([]byte, bufferSize)}, nil
}

func (d *diag) close() error { return unix.Close(d.fd) }

// States of TCP, as bits of a request.
const (
	established = 1 << unix.BPF_TCP_ESTABLISHED
	listening   = 1 << unix.BPF_TCP_LISTEN
)

// ports are a range of local ports, both ends included.
type ports struct{ low, high uint16 }

// A request is a header, an inet_diag_req_v2, and an attribute with a program that
// the kernel runs on each connection.
const (
	requestLen   = headerLen + requestV2Len + attributeLen + programLen
	requestV2Len = 56
	programLen   = 16
)

// Operations of that program, from linux/inet_diag.h.
const (
	portAtLeast = 2
	portAtMost  = 3
)

const attributeProgram = 1

// ask writes the request for a family. Ports out of range are left out by the
// kernel, which spares us the clients' ends of connections within the machine.
func (d *diag) ask(family uint8, in ports) []byte {
	b, native := d.request[:], binary.NativeEndian
	d.sequence++
	native.PutUint32(b, requestLen)
	native.PutUint16(b[4:], unix.SOCK_DIAG_BY_FAMILY)
	native.PutUint16(b[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	native.PutUint32(b[8:], d.sequence)

	r := b[headerLen:]
	r[0], r[1], r[2] = family, unix.IPPROTO_TCP, 1<<(attributeInfo-1)
	native.PutUint32(r[4:], d.states)

	a := r[requestV2Len:]
	native.PutUint16(a, attributeLen+programLen)
	native.PutUint16(a[2:], attributeProgram)
	operation(a[attributeLen:], portAtLeast, in.low, programLen)
	operation(a[attributeLen+8:], portAtMost, in.high, programLen-8)
	return b
}

// operation writes a comparison. One that holds goes on with the next; one that
// does not jumps 4 bytes behind the end, which means no.
func operation(b []byte, code uint8, port uint16, left uint16) {
	b[0], b[1] = code, 8
	binary.NativeEndian.PutUint16(b[2:], left+4)
	binary.NativeEndian.PutUint16(b[6:], port) // the operand is a second, empty operation
}

// dump calls visit for each socket of a family in one of the states. Some may come twice,
// or not at all, if the kernel's table changes meanwhile; their cookies tell.
func (d *diag) dump(family uint8, in ports, visit func(*socket)) error {
	if _, err := unix.Write(d.fd, d.ask(family, in)); err != nil {
		return fmt.Errorf("ask sock_diag: %w", err)
	}
	for {
		n, err := unix.Read(d.fd, d.buffer)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return fmt.Errorf("read the answer of sock_diag: %w", err)
		}
		if done, err := d.answers(d.buffer[:n], visit); done || err != nil {
			return err
		}
	}
}

// answers visits the connections of one datagram. An answer to an earlier request,
// which was given up, is skipped.
func (d *diag) answers(b []byte, visit func(*socket)) (done bool, err error) {
	for len(b) > 0 {
		var m message
		if m, b, err = next(b); err != nil {
			return true, err
		}
		if m.sequence != d.sequence {
			continue
		}
		switch m.kind {
		case unix.NLMSG_DONE:
			return true, nil
		case unix.NLMSG_ERROR:
			return true, refusal(m.payload)
		case unix.SOCK_DIAG_BY_FAMILY:
			if err := parse(m.payload, &d.one); err != nil {
				return true, err
			}
			visit(&d.one)
		}
	}
	return false, nil
}

func refusal(payload []byte) error {
	if len(payload) < 4 {
		return errCut
	}
	code := int32(binary.NativeEndian.Uint32(payload))
	return fmt.Errorf("sock_diag: %w", syscall.Errno(-code))
}
