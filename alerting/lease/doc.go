// Package lease mutes the alarms that a change causes, for as long as the change
// lasts and no longer.
//
// A change run opens a lease over the nodes and paths that it touches and the
// alarms that it expects there, and says by heartbeats that it goes on. The lease
// ends with the run; it ends by itself when no heartbeat comes for its TTL, or
// when it has lasted as long as it may. So a mute cannot outlive its reason.
//
// A lease hides alarms that began while it ran, lie in its scope and match its
// effect. Alarms that began before, and those beyond the volume expected of that
// kind of change, go on. Once the run has ended, what is hidden has a grace to
// recover in; what then still fires goes on with the reason. A run that died gives
// no grace. At last the lease has a summary of what it hid and what still fired.
//
// [Leases] is both the stage of the pipeline and what the API talks to.
package lease
