package flow

import (
	"errors"
	"strings"

	"headroom/internal/faults"
)

// wrong makes an error about what was asked one that who asked is told: a [faults.List].
// One that says that something is not there, or not possible now, stays as it is.
func wrong(err error) error {
	if err == nil {
		return nil
	}
	for _, known := range []error{ErrNoFlow, ErrNoRun, ErrNoStep, ErrNoSchedule, ErrConflict, ErrFull} {
		if errors.Is(err, known) {
			return err
		}
	}
	return faults.List(strings.Split(err.Error(), "\n"))
}
