package node

import (
	"net"
	sysync "sync"
)

// few is a listener that has at most so many connections open: each costs memory and a
// descriptor, of which the daemon needs some to start workers, and every process of the
// machine may connect.
type few struct {
	net.Listener
	free   chan struct{}
	closed chan struct{}
	once   sysync.Once
}

func atMost(n int, l net.Listener) *few {
	return &few{Listener: l, free: make(chan struct{}, n), closed: make(chan struct{})}
}

// Accept waits until there is a connection, and room for it.
func (f *few) Accept() (net.Conn, error) {
	select {
	case f.free <- struct{}{}:
	case <-f.closed:
		return nil, net.ErrClosed
	}
	conn, err := f.Listener.Accept()
	if err != nil {
		<-f.free
		return nil, err
	}
	return &fewConn{Conn: conn, done: func() { <-f.free }}, nil
}

// Close ends Accept.
func (f *few) Close() error {
	f.once.Do(func() { close(f.closed) })
	return f.Listener.Close()
}

type fewConn struct {
	net.Conn
	once sysync.Once
	done func()
}

// Close makes room for another one.
func (c *fewConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.done)
	return err
}
