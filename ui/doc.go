// Package ui is what people see: package api answers HTTP requests, web holds
// the pages, report makes the files that are sent around.
package ui
