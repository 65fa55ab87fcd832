// Package search finds documents by words: modules, runbooks, alarms, changes,
// requests.
//
// The index is a file of its own (SQLite's FTS5) that holds nothing which is not
// elsewhere: it is made anew when it is missing, of another version or broken, and may
// be deleted while no server runs. Those who know of something push it, or are asked by
// a [Feeder].
//
// A word matches whole, the last one of a query also as the beginning of one; every
// word has to match. Signs divide words, so that SET_W13 is found by w13. Chinese,
// Japanese and Korean are found by any part of a text (see [Query]).
package search
