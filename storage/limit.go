package storage

import "fmt"

// Error names the limit and says what a user can do.
func (e *LimitError) Error() string {
	return fmt.Sprintf("the query matches more than %d %s: narrow its matchers or its time range, or raise the limit", e.Limit, e.What)
}
