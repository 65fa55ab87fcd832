// Package balance tells proxies which workers there are, and how much work each shall
// get.
//
// On a node, [Agent] answers HAProxy's agent checks about the node's own workers. On a
// machine where proxies run, [Follower] reads lists of workers from the server and
// brings them to HAProxy by its runtime API, to nginx as a file of upstream servers
// with a reload, and to Prometheus as a file_sd file.
//
// Everything is fail-static: who knows nothing says nothing, so that a proxy goes on
// with what it has. An agent does not answer about a worker that it does not know; a
// follower changes nothing while the server is away, and starts from the last list,
// which it keeps on disk. A list that is empty is applied only where the configuration
// allows it.
package balance
