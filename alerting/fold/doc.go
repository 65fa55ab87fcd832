// Package fold tells many alarms that have one reason as one alarm.
//
// A shared component (package, proxy, rack, site, upstream module, a node of the
// business tree) is judged by the volume of what rings for it. Alarms of one kind
// (alertname) that begin within a window are taken together; which components
// explain them best, against how often such alarms ring anyway and how many places
// share each component, is the likelihood of a noisy-or model. So a dead rack is
// told as a rack and not as its site, a site whose racks all ring as a site, and
// three of three hundred modules behind a proxy are three alarms.
//
// A new alarm is held for a moment to see whether others come. If a component
// explains it, it becomes a member of that component's alarm, the common cause,
// and so do later ones of the same kind that share it, until few are left. An alarm
// of which somebody was told already stays told. Whatever no component explains goes
// on by itself. When more go on by themselves in a minute than anybody can read, the
// rest is summed up by node of the business tree until that calms down.
//
// [Stage] keeps what it knows of open alarms in memory and finds it again in the
// alarms after a restart: a member names its cause, a cause its members. [Index]
// tells which components are declared for an alarm, [Learn] which modules have
// rung together so often that they must share something.
package fold
