package scaler

import (
	"errors"
	"fmt"
)

// faults gathers what went wrong in a minute.
type faults []error

func (f *faults) add(doing string, err error) {
	if err != nil {
		*f = append(*f, fmt.Errorf("%s: %w", doing, err))
	}
}

func (f faults) err() error { return errors.Join(f...) }
