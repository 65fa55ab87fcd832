// Package overload decides how much work each worker of a node shall get, from what
// its time slices showed.
//
// A slice is bad if one of these holds, by thresholds of the service:
//
//   - its mean latency is above [wire.Overload].Latency, or nothing was answered in a
//     whole slice that is longer than that while requests waited;
//   - more than half of its connections hold bytes that it has not read, and these
//     bytes grew in two slices in a row: a worker that answers fast what it reads, and
//     reads too little, shows only here;
//   - its latency is too high and its service stood still for its quota in more than a
//     quarter of the periods. That is another cause: see below.
//
// It is good if its latency is known and fine, or if it was asked nothing. Anything
// else, NaN above all, is unknown and keeps everything as it is.
//
// After [wire.Overload].Slices bad slices in a row the weight falls one step, 100 → 50
// → 25 → 0 percent, and each further step needs as many again. After
// [wire.Overload].Good good slices in a row it comes back one step, 0 → 25 → 50 → 100.
// So a worker that swings does not flap, and one that returns is not flooded.
//
// # Quota
//
// A service that is slow because its control group has used up its quota gets no
// faster by moving work from one of its workers on this node to another: they share
// the quota. What helps is work that goes to other nodes, or more quota, or more
// workers. Such workers fall to 25 percent and never to 0: weights are relative, so
// that lowers this node's share where the service runs elsewhere too, changes nothing
// where it does not, and never leaves quota unused. The cause says "quota", for the
// server to scale by and for people to read.
//
// # How many may be out
//
// Of the workers of a service that are ready on this node, at most
//
//	min(MayTakeOut, max(1, floor(MaxOut × ready)))    and none if MaxOut is 0
//
// have weight 0 because of overload. MayTakeOut is the server's share for this node: it
// knows all nodes and keeps to MaxOut of the whole service, so it may give one to a
// node that has but two workers. The second term is the node's own limit, whatever
// the server says; without the 1 a node with few workers could take none out ever,
// and the server's share for it would be lost. Who finds no room stays at 25 percent.
// If the limit falls, those that are out longest come back to 25 percent at once.
//
// A worker that is not ready has weight 0 and does not count as taken out.
//
// The package knows no clock and does no I/O: the same calls give the same weights.
package overload
