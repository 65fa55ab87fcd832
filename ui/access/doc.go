// Package access knows who may do what: roles on parts of the business tree, who
// somebody is that asks, and the tokens and logins by which that is known.
//
// A [Book] holds the grants of the configuration and those that were made since; its
// answers depend on nothing but them, who asks, and the time. Without a section access
// in the configuration it is open: everybody may do everything.
package access
