//go:build !race

package main

var played = parts
