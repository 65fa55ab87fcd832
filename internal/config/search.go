package config

import "time"

// Search sets what can be found by words.
type Search struct {
	Interval Duration `yaml:"interval"` // from one look for what has changed to the next
	DocsDir  string   `yaml:"docs_dir"` // Markdown files besides the runbooks
}

func defaultSearch() Search { return Search{Interval: Duration(5 * time.Second)} }

func (s Search) check(k checker) {
	k.between("interval", s.Interval, Duration(time.Second), Duration(time.Hour))
}
