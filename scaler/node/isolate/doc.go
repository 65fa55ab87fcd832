// Package isolate keeps the workers of a node apart by control groups: one group for
// each service, which has the limits of all its workers together, and one leaf for
// each worker, which tells its processes from all others.
//
//	v2      ROOT/SERVICE has the limits, ROOT/SERVICE/WORKER the processes
//	hybrid  {cpu,cpuacct,memory,pids}/ROOT/SERVICE of v1 have limits and processes,
//	        unified/ROOT/SERVICE/WORKER, without controllers, has the processes too
//	v1      {cpu,cpuacct,memory,pids}/ROOT/SERVICE have the limits, and
//	        pids/ROOT/SERVICE/WORKER the processes
//
// A process enters its groups by itself, before it runs anything of the service's. It
// is not born in them by clone3: v1 cannot do that, and of v2 some kernels (6.18) kill
// at birth what is born in a group whose cgroup.kill was used more or less often than
// that of its parent's group.
//
// The kernel's list of leaves is the truth about what runs: [Groups.Leaves]. Groups
// outside of ROOT are never touched. Linux 5.14 or later is needed.
package isolate
