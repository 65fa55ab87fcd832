// Package allocate chooses on which nodes the workers of a pool run.
//
// [Plan] is pure arithmetic: from nodes, services and the workers that are there it
// makes starts and stops. It keeps these invariants, each tested on random pools:
//
//   - workers go to idle nodes first, by the forecast of their CPU and memory;
//   - workers of a service are spread over different nodes and failure domains;
//   - the numbers of workers behind each proxy of a service differ by one at most;
//   - at most MaxWorkers workers on a node, and PerCore × cores of one service;
//   - memory and port ranges are never exceeded;
//   - nothing is moved without gain, and at most Moves a minute.
//
// Rules, objective, distance from the optimum and cost: docs/allocation.md.
package allocate
