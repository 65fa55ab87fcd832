// Package lean gives back memory that a long-running program needed only to start.
//
// Half of the daemon's resident memory are pages of its own file: what packages do
// when they start, what reads flags and configuration, and the neighbours that the
// kernel maps along. [Trim] takes them out of the process. They stay in the kernel's
// cache of files; one that is needed again is mapped again, within a microsecond.
//
// Linux only.
package lean

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Times of trims: what is done at the start is done by the first, and what was used
// once since then goes with each of the others.
const (
	first = 30 * time.Second
	again = time.Hour
)

// Run trims when the start is over and each hour, until ctx is done. Where the kernel
// does not let it, the program is larger and otherwise the same, so that is no error.
func Run(ctx context.Context) error {
	timer := time.NewTimer(first)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			if _, err := Trim(); err != nil {
				slog.Debug("no memory is given back", "err", err)
			}
			timer.Reset(again)
		}
	}
}

// Trim gives back free memory of the heap, and the pages of the program's file. It
// returns the bytes of the file that were resident before. It takes some milliseconds;
// call it when the start is over.
func Trim() (resident int64, err error) {
	debug.FreeOSMemory()
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return 0, fmt.Errorf("find the program's file: %w", err)
	}
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return 0, fmt.Errorf("read what is mapped: %w", err)
	}
	for _, m := range parse(text) {
		if !m.clean(program) {
			continue
		}
		resident += m.resident
		if err := unix.Madvise(m.memory(), unix.MADV_DONTNEED); err != nil {
			return resident, fmt.Errorf("give back %x-%x: %w", m.start, m.end, err)
		}
	}
	return resident, nil
}

// mapping is one part of the address space.
type mapping struct {
	start, end          uintptr
	rights, path        string
	resident, anonymous int64 // bytes
}

// clean tells whether all there is in it can be read from the program's file again.
// Data that the start has written and then protected, such as relocations, are
// anonymous: to give them back would be to lose them.
func (m mapping) clean(program string) bool {
	return m.path == program && (m.rights == "r-xp" || m.rights == "r--p") && m.anonymous == 0 && m.start < m.end
}

// memory is the mapping's. It lies outside of the heap, so no object moves there.
func (m mapping) memory() []byte {
	start := *(*unsafe.Pointer)(unsafe.Pointer(&m.start))
	return unsafe.Slice((*byte)(start), m.end-m.start)
}

// parse reads /proc/PID/smaps. What it does not understand it leaves out.
func parse(text []byte) (all []mapping) {
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		if len(fields) < 2 {
			continue
		}
		if m, ok := head(fields); ok {
			all = append(all, m)
			continue
		}
		n, err := strconv.ParseInt(string(fields[1]), 10, 64)
		if err != nil || len(all) == 0 {
			continue
		}
		switch last := &all[len(all)-1]; string(fields[0]) {
		case "Rss:":
			last.resident = n << 10
		case "Anonymous:":
			last.anonymous = n << 10
		}
	}
	return all
}

// head reads START-END RIGHTS OFFSET DEVICE INODE PATH. A path with blanks is cut, and
// so it is nobody's.
func head(fields [][]byte) (m mapping, ok bool) {
	from, to, ok := bytes.Cut(fields[0], []byte{'-'})
	if !ok || len(fields) < 5 {
		return m, false
	}
	start, err := strconv.ParseUint(string(from), 16, strconv.IntSize)
	end, err2 := strconv.ParseUint(string(to), 16, strconv.IntSize)
	if err != nil || err2 != nil {
		return m, false
	}
	m = mapping{start: uintptr(start), end: uintptr(end), rights: string(fields[1])}
	m.anonymous = -1 // until it is told: not clean
	if len(fields) == 6 {
		m.path = string(fields[5])
	}
	return m, true
}
