// Package e2e tests the program as its users run it: the real binary with real
// senders, stores and a browser, each test a story.
//
// TestMain builds the binary once. Servers listen on a free port, read back
// from their log, and are ended by their process; what they wrote is shown only
// when a test failed. A minute of the table takes a minute, so the tests run
// beside each other and mostly wait: for a state, with a deadline, never for a
// time. They need the programs of scripts/install-test-tools.sh and
// scripts/peers.sh, and the pages of "make web".
package e2e
