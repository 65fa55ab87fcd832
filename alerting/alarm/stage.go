package alarm

import (
	"context"
	"time"
)

// A Stage looks at alarms and returns those that go on to the next one. One that
// it keeps it has settled by [Alarm.Stay]; it comes again when it changes or is
// due. Alarms that have ended come by too, so that a stage can forget them: it
// lets them pass, unless something is still to be done about them ([Alarm.Linger]).
// A stage may add alarms of its own to what it returns.
//
// Run is never called twice at a time. After a restart every open alarm comes by
// at the first run, so what a stage knows of open alarms need not be stored.
type Stage interface {
	Name() string
	Run(ctx context.Context, now time.Time, alarms []*Alarm) []*Alarm
}
