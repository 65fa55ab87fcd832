// Package chat answers people who ask from a chat: what a module's load is, what
// rings, and, for those who may, to take an alarm on, to mute and to restart.
//
// [Parse] makes a [Command] of what a person wrote. [Service] knows who they are and
// what they may, does it through the interfaces that it is given, and writes down who
// asked for what and what they were answered, before anything is done. Slack's slash
// commands, WeCom's callbacks and a signed webhook bring requests to it; each proves
// that it is genuine by its signature and, written down once, is not done twice.
package chat
