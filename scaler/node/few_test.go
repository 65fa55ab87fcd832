package node

import (
	"net"
	"testing"
)

func TestConnectionsAreFew(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	f := atMost(2, l)
	accepted := make(chan net.Conn)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := f.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	for range 5 {
		conn, err := net.Dial("tcp", l.Addr().String())
		must(t, err)
		defer conn.Close()
	}
	one := <-accepted
	<-accepted
	if n := len(f.free); n != 2 {
		t.Errorf("%d are open, and a third would be taken", n)
	}
	select {
	case <-accepted:
		t.Error("a third one is open")
	default:
	}
	one.Close()
	one.Close() // twice makes room once
	<-accepted
	f.Close() // while it waits for room
	<-ended
}
