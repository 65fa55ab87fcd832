// Package faults collects what is wrong with a request, so that who sent it is
// told all of it at once.
package faults

import (
	"fmt"
	"strings"
)

// List is every fault of a request, each as "field: what is wanted, what was found".
type List []string

// Add adds a fault of a field.
func (l *List) Add(field, format string, args ...any) {
	*l = append(*l, field+": "+fmt.Sprintf(format, args...))
}

// Err returns the list as an error, nil if there is no fault.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error lists the faults, one a line.
func (l List) Error() string { return strings.Join(l, "\n") }
