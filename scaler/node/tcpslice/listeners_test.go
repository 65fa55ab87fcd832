package tcpslice

import (
	"net"
	"testing"
)

func TestListeners(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	c, err := net.Dial("tcp", l.Addr().String()) // which listens nowhere
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	seen := func() (n int) {
		if err := Listeners(func(p uint16, inode uint32) {
			if p == uint16(c.LocalAddr().(*net.TCPAddr).Port) {
				t.Error("a client's end was seen")
			}
			if p == port && inode != 0 {
				n++
			}
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := seen(); n != 1 {
		t.Errorf("seen %d times; want once", n)
	}
	l.Close()
	if n := seen(); n != 0 {
		t.Errorf("seen %d times after its end", n)
	}
}
