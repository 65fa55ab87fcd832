package isolate

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAnOldKernelIsNamed(t *testing.T) {
	if err := kernelCan(); err != nil {
		t.Error(err)
	}
	if err := older(unix.ENOSYS); !errors.Is(err, errOld) || !errors.Is(err, unix.ENOSYS) {
		t.Error(err)
	}
	if err := older(unix.EMFILE); errors.Is(err, errOld) {
		t.Error(err)
	}
}
