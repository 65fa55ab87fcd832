package measure

import (
	"context"
	"fmt"
	"net"
)

const (
	datagramSize  = 64 << 10
	receiveBuffer = 1 << 20 // in the kernel: what comes while we are not running
)

// listen opens a UDP socket; nil without an address.
func listen(source, address string) (*net.UDPConn, error) {
	if address == "" {
		return nil, nil
	}
	at, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", source, err)
	}
	conn, err := net.ListenUDP("udp", at)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", source, err)
	}
	_ = conn.SetReadBuffer(receiveBuffer) // the kernel's own limit may be lower
	return conn, nil
}

// receive gives what comes to the inbox until ctx is done.
func (in *inbox) receive(ctx context.Context, source string, conn *net.UDPConn) {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	b := make([]byte, datagramSize)
	for {
		n, _, err := conn.ReadFromUDPAddrPort(b)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			in.datagram(source, b[:n])
		}
	}
}
