// Package graphite takes in Graphite's plaintext protocol over TCP and UDP:
// lines of "metric[;tag=value…] value [timestamp]", the time in Unix seconds.
//
// A metric's name is kept as it is, dots and all; tags become labels. The
// protocol has no answers, so a bad line is counted and logged, and the lines
// around it are kept.
package graphite

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"headroom/storage"
)

// parseLine turns a line into a series with one sample; a line without a time,
// or with -1 for it, is of now.
func parseLine(line string, now time.Time) (storage.Series, error) {
	fields := strings.Fields(line)
	if len(fields) != 2 && len(fields) != 3 {
		return storage.Series{}, fmt.Errorf("%d fields, want metric, value and time", len(fields))
	}
	labels, err := parseName(fields[0])
	if err != nil {
		return storage.Series{}, err
	}
	value, err := strconv.ParseFloat(fields[1], 64)
	if err != nil {
		return storage.Series{}, fmt.Errorf("value is %q, want a number", fields[1])
	}
	ms := now.UnixMilli()
	if len(fields) == 3 && fields[2] != "-1" && fields[2] != "N" {
		if ms, err = parseTime(fields[2]); err != nil {
			return storage.Series{}, err
		}
	}
	return storage.Series{Labels: labels, Samples: []storage.Sample{{Timestamp: ms, Value: value}}}, nil
}

func parseName(s string) ([]storage.Label, error) {
	name, tags, tagged := strings.Cut(s, ";")
	if name == "" {
		return nil, errors.New("the metric has no name")
	}
	labels := []storage.Label{{Name: storage.MetricName, Value: name}}
	if !tagged {
		return labels, nil
	}
	for tag := range strings.SplitSeq(tags, ";") {
		key, value, ok := strings.Cut(tag, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("tag %q: want name=value", tag)
		}
		if value != "" {
			labels = append(labels, storage.Label{Name: key, Value: value})
		}
	}
	return labels, nil
}

// parseTime reads Unix seconds, which may have a fraction.
func parseTime(s string) (ms int64, err error) {
	seconds, err := strconv.ParseFloat(s, 64)
	if err != nil || !(math.Abs(seconds) < math.MaxInt64/1000) {
		return 0, fmt.Errorf("time is %q, want Unix seconds", s)
	}
	return int64(math.Round(seconds * 1000)), nil
}
