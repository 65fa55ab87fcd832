package balance

import (
	"fmt"
	"os"
	"path/filepath"
)

// writeFile puts text in the place of a file at once: who reads it sees the old or the
// new text, also after a crash.
func writeFile(path string, text []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(file.Name()) // fails once it has its name
	_, err = file.Write(text)
	if err == nil {
		err = file.Chmod(0o644) // proxies read it, as users of their own
	}
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
