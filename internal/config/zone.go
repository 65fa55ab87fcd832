package config

import (
	"os"
	"strings"
	"time"
)

// machineZone returns the machine's time zone under its own name, so that people
// and reports see "Asia/Shanghai" and not "Local"; time.Local if it has none.
func machineZone() *time.Location {
	name := os.Getenv("TZ")
	if name == "" {
		target, err := os.Readlink("/etc/localtime")
		if err != nil {
			return time.Local
		}
		_, name, _ = strings.Cut(target, "zoneinfo/")
	}
	loc, err := time.LoadLocation(name)
	if err != nil || loc == nil || name == "" {
		return time.Local
	}
	return loc
}
