// Package send brings a node's series to the server, by Prometheus remote write 1.0.
//
// Every ten seconds it asks for the series, and puts them as one request into a
// directory before it sends it: an outage of the server or a restart of the daemon
// loses nothing while the directory stays below its limit. Above it the oldest
// requests go, and are counted. What the disk does not take is kept in memory, in a
// small bound of its own.
//
// The server's answer decides: 2xx is done; 5xx, no answer, and what says nothing about the
// request, such as 401, 404 and 429, are tried again, ever more slowly; any other 4xx drops that request, with its reason in the log.
//
// Time never runs backwards: a request that would be older than the one before it is
// left out and counted, see [Sender.Collect].
package send
