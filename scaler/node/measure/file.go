package measure

import (
	"os"

	"golang.org/x/sys/unix"
)

// file is a file of /proc or of a control group that is kept open and read from its
// start each time: half the price of opening it each time, and no garbage. One of
// /proc/PID stays with its process: it fails once that is gone, whoever gets the PID.
type file struct{ fd int }

var noFile = file{-1}

// openFile returns noFile if there is no such file, or it may not be read.
func openFile(path string) file {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return noFile
	}
	return file{fd}
}

func (f file) is() bool { return f.fd >= 0 }

// read returns what buf holds of the file; nil if it cannot be read any more.
func (f file) read(buf []byte) []byte {
	if !f.is() {
		return nil
	}
	for {
		n, err := unix.Pread(f.fd, buf, 0)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return nil
		}
		return buf[:n]
	}
}

// close closes it; it may be closed already.
func (f *file) close() {
	if f.is() {
		unix.Close(f.fd)
	}
	*f = noFile
}

// countFiles counts the entries of a directory, -1 if it cannot be read. Since Linux
// 6.2 the size of /proc/PID/fd is their number, which spares the listing.
func countFiles(dir string) int {
	var st unix.Stat_t
	var fs unix.Statfs_t
	if unix.Stat(dir, &st) == nil && st.Size > 0 && unix.Statfs(dir, &fs) == nil && fs.Type == unix.PROC_SUPER_MAGIC {
		return int(st.Size)
	}
	d, err := os.Open(dir)
	if err != nil {
		return -1
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return -1
	}
	return len(names)
}
