// Package mute hides alarms that somebody does not want to be told of: by
// silences, as Alertmanager has them, and by mutes that come again, as every
// night between two and four.
//
// A mute has matchers, hours and days in a time zone, and a first and a last
// day. Mutes come from the configuration, or from the API, where each has a
// reason, an author and an end. What a mute hides is looked at again when it
// ends, and then goes on with the reason if it still fires; so nothing is lost.
//
// [Mutes] is both the stage of the pipeline and what the API talks to. [Preview]
// says what a mute would have hidden in the past days.
package mute
