package flow

import "headroom/scaler/flow/tool"

// ending is how a call has ended.
type ending int

const (
	broken   ending = iota // it has failed
	finished               //
	asks                   // a person is asked
	timedOut               //
	ended                  // it was told to end
	again                  // a former server had begun it, it had no effect, and it is made anew
	unsure                 // a former server had begun it, and nobody can tell what became of it
	lost                   // the engine ended before it did: the next one goes on with it
)

// result is what a call has come to.
type result struct {
	how     ending
	outputs tool.Outputs
	text    string // a sentence, of all but finished
	final   bool   // another try would meet the same
	note    string // what a check has found
	plan    string // of a dry run
	asked   []string
}

// String is the ending's name in metrics.
func (h ending) String() string {
	return [...]string{"failed", "done", "asks", "timed_out", "stopped", "again", "unsure", "lost"}[h]
}
