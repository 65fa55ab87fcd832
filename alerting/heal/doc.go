// Package heal does something about alarms before a person is woken: it restarts
// what died or is stuck, sees whether that helped, and goes on to the next
// action of the alarm's rule if not. What did not help is told with the alarm.
//
// The kernel is pure: [Plan.Next] moves a [Ladder] by an event to a decision with
// its reason, and [Gate] says whether an action may start now, under limits and a
// brake that stops all healing when too much wants it at once, until a person
// lets it go on. [Stage] runs both over the alarms of the pipeline; actions
// (commands, webhooks, the node daemon by a [Restarter]) run beside it.
//
// Each action is written down before it starts. After a restart an action that
// nobody saw the end of is not run again: what it did is looked at first.
package heal
