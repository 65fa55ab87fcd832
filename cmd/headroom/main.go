// Command headroom is the server and its tools.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // the zones, for machines that have none

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"
)

// usageStatus is the exit status of a command line that cannot be understood.
const usageStatus = 2

func main() {
	app := kingpin.New("headroom", "How much headroom each service of a fleet has: now, today, and on the growth of the last 60 days.")
	app.Version(version.Print("headroom")).VersionFlag.Short('V')
	app.HelpFlag.Short('h')
	app.UsageWriter(os.Stdout)

	started := false // the command line was understood
	app.Action(func(*kingpin.ParseContext) error { started = true; return nil })

	addServe(app)
	addDemo(app)
	addWarnings(app)
	addGrowth(app)
	addLedger(app)
	addWhatIf(app)
	addMark(app)
	addChange(app)
	addAlarms(app)
	addHeals(app)
	addPool(app)
	addConsistency(app)
	addEnvironment(app)
	addDecisions(app)
	addFlow(app)
	addSchedule(app)
	addRun(app)
	addRegistry(app)
	addSearch(app)
	addRequest(app)
	addToken(app)
	addGrant(app)
	addAudit(app)
	addOperations(app)
	addReport(app)
	addExplain(app)
	addImport(app)
	addBacktest(app)
	addReplay(app)
	check := addCheck(app)
	addCheckConfig(check)
	addCheckModule(check)
	addCheckRules(check)
	addCheckFlow(check)
	addTest(app)

	if _, err := app.Parse(os.Args[1:]); err != nil {
		os.Exit(complain(err, started))
	}
}

// complain prints an error and returns the exit status that fits it.
func complain(err error, started bool) int {
	fmt.Fprintln(os.Stderr, "headroom:", err)
	if !started {
		fmt.Fprintln(os.Stderr, "Try: headroom --help")
		return usageStatus
	}
	return 1
}
