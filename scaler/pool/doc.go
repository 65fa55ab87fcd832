// Package pool knows the nodes that workers run on, the services, and every worker
// that shall run: which node has it, on which port, behind which proxy.
//
// Node daemons [Pool.Sync]: each report is a sign of life, the answer is what shall
// run there. The minute loop asks for [Pool.Input], lets package allocate make a plan
// of it, and gives the plan to [Pool.Apply]. People cordon and drain nodes, switch a
// service between recommending and applying, hold it or ask for a number of workers.
//
// What shall run is what the state database has: a change is written down before any
// node hears of it, in one transaction, so a kill at any instruction loses nothing and
// starts nothing twice. What nodes report is kept in memory only; after a restart
// every node tells it anew.
//
// A worker counts once, by its id, and only while its node is not lost. One that is
// being stopped keeps its port until its node no longer reports it. One that is
// replaced is stopped once the new one serves.
package pool
