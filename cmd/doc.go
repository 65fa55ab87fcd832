// Package cmd holds the programs. They turn flags into options and wire the
// packages together; they compute nothing.
package cmd
