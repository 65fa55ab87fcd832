package analytics

// Progress tells how far a long task in the background is, such as the loading
// of history. A task that is done is no longer reported.
type Progress struct {
	Name       string `json:"name"`
	Done       int64  `json:"done"`
	Total      int64  `json:"total"`       // 0 while it is not known
	ETASeconds Number `json:"eta_seconds"` // until it is done; null while it cannot be told
}
