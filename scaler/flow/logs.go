package flow

import (
	"bytes"
	"sync"
)

// MaxLog is how many bytes of a call's log are kept, the last.
const MaxLog = 256 << 10

// logBuffer takes what a call writes. It may be used from many goroutines.
type logBuffer struct {
	mu    sync.Mutex // protects the fields below
	text  []byte
	cut   int64
	dirty bool
}

// Write takes everything, and keeps the end.
func (b *logBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text, b.dirty = append(b.text, text...), true
	if len(b.text) > 2*MaxLog {
		b.trim()
	}
	return len(text), nil
}

// trim takes whole lines away, if there are any.
func (b *logBuffer) trim() {
	extra := len(b.text) - MaxLog
	if extra <= 0 {
		return
	}
	if i := bytes.IndexByte(b.text[extra:], '\n'); i >= 0 && extra+i+1 < len(b.text) {
		extra += i + 1
	}
	b.cut += int64(extra)
	b.text = append([]byte{}, b.text[extra:]...)
}

// take returns the log so far, and whether it has grown since the last time.
func (b *logBuffer) take() (text string, cut int64, grown bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trim()
	grown, b.dirty = b.dirty, false
	return string(b.text), b.cut, grown
}

// look returns the log so far.
func (b *logBuffer) look() (text string, cut int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trim()
	return string(b.text), b.cut
}
