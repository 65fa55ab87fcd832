// Package replay runs recorded demand through a scaling rule, minute by minute,
// and counts what it would have cost and what it would have missed.
//
// A rule decides at the end of a minute. What it adds serves after the start-up
// time and costs from the decision on; what it takes away is gone at once.
// Everything is walk-forward: the profile of a day is learned from what came
// before that day.
//
// Three other rules stand beside the policy: the static fleet that was sized
// for the peak, the static fleet that knows the future, and the rule of
// Kubernetes' horizontal pod autoscaler.
//
// [Compare] gives each service all the room that it asks for. [Place] then puts
// them all on the nodes of one pool, with the server's allocator, and tells where
// room was short and how few nodes would have been enough.
package replay
