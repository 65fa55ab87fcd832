// Package registry reads the facts of modules from where people keep them: YAML files
// in a directory, CSV, HTTP, labels of series, targets of Prometheus' file_sd and
// http_sd; and takes what people set by the API.
//
// A source is read as a whole. If anything is wrong with it, every fault is named by
// file and line and what it said last stays, with its age. What has changed is written
// down with who changed it, and only then published in [fleet.Registry].
package registry
