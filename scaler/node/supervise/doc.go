// Package supervise makes the workers that run those that shall run: it starts them,
// checks their health, stops them gracefully, starts them again when they end, and
// replaces them one after another when their specification changes.
//
// It is level-triggered. [Supervisor.Apply] says what shall run, whole; one loop
// compares that with what runs and does the next step of each worker. All that
// happens - a process ends, a health check changes, time passes - only wakes the loop.
//
// Workers outlive the daemon. They are no threads of it and hold no pipe to it; a new
// daemon finds them in their control groups, which are the truth about what runs, and
// adopts them. A file adds what the kernel does not know: by which specification a
// worker was started, and how often. Where that file is lost the workers still run;
// they are restarted one after another, as after a change.
//
// Timers use monotonic time only, so a jump of the clock does nothing.
package supervise
