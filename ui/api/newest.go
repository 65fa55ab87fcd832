package api

// The most that one answer holds of a list of what has happened, and how much it
// does unless asked.
const (
	mostNewest  = 5000
	usualNewest = 200
)

// limit reads how many of the newest are asked for.
func (p *params) limit() int { return p.whole("limit", usualNewest, mostNewest) }

// page returns the data of up to limit things, and whether there are more.
func page[T, D any](found []T, limit int, data func(T) D) (list []D, more bool) {
	list = []D{}
	for _, t := range found[:min(limit, len(found))] {
		list = append(list, data(t))
	}
	return list, len(found) > limit
}
