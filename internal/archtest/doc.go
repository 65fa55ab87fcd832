// Package archtest guards how the house is built: which folder may import
// which, that every package says what it is for, that files stay readable. It
// has tests only.
package archtest
