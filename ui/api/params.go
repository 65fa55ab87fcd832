package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/storage/fleet"
)

// params reads the parameters of a query and keeps the first fault.
type params struct {
	url.Values
	err error
}

func (p *params) fault(name string, err error) {
	if p.err == nil {
		p.err = badParam(name, p.Get(name), err)
	}
}

func (p *params) text(name string) string { return p.Get(name) }

// readJSON reads a body of JSON, in which an unknown key is a fault.
func readJSON(c *gin.Context, into any) error {
	dec := json.NewDecoder(c.Request.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil && dec.Decode(&struct{}{}) != io.EOF {
		err = errors.New("there is more after the end of the object")
	}
	if err == nil || classify(err).Kind == tooLarge {
		return err
	}
	return &Error{badData, errorf("the body is not what is wanted here: %w", err)}
}

// oneOf returns a value of a closed list, def if there is none.
func (p *params) oneOf(name, def string, allowed ...string) string {
	v := p.Get(name)
	if v == "" {
		return def
	}
	if !slices.Contains(allowed, v) {
		p.fault(name, fmt.Errorf("want one of %s", strings.Join(allowed, ", ")))
	}
	return v
}

// flag returns nil when the parameter is absent.
func (p *params) flag(name string) *bool {
	v := p.Get(name)
	if v == "" {
		return nil
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		p.fault(name, errors.New("want true or false"))
	}
	return &b
}

// count returns -1 when the parameter is absent.
func (p *params) count(name string) int {
	v := p.Get(name)
	if v == "" {
		return -1
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		p.fault(name, errors.New("want a whole number above 0"))
	}
	return n
}

// whole reads a number from 0 to most.
func (p *params) whole(name string, or, most int) int {
	if p.Get(name) == "" {
		return or
	}
	n, err := strconv.Atoi(p.Get(name))
	if err != nil || n < 0 || n > most {
		p.fault(name, fmt.Errorf("want a whole number from 0 to %d", most))
	}
	return n
}

// share returns def when the parameter is absent.
func (p *params) share(name string, def float64) float64 {
	v := p.Get(name)
	if v == "" {
		return def
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || !(f > 0 && f < 1) {
		p.fault(name, errors.New("want a share between 0 and 1"))
	}
	return f
}

func (p *params) path(name string) fleet.Path {
	path, err := fleet.ParseID(p.Get(name))
	if err != nil {
		p.fault(name, err)
	}
	return path
}

// time reads RFC 3339 or Unix seconds, and returns the zero time when the
// parameter is absent.
func (p *params) time(name string) time.Time {
	v := p.Get(name)
	if v == "" {
		return time.Time{}
	}
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return t
	}
	seconds, err := strconv.ParseFloat(v, 64)
	if err != nil || !(math.Abs(seconds) < 1e11) {
		p.fault(name, errors.New("want a time as 2006-01-02T15:04:05+08:00 or as Unix seconds"))
		return time.Time{}
	}
	return time.UnixMilli(int64(seconds * 1000))
}

// wholeFrom1 reads a number from 1 to most, or one that stands for none.
func wholeFrom1(c *gin.Context, name string, or, most int) (int, error) {
	text := c.Query(name)
	if text == "" {
		return or, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, badParam(name, text, errorf("want a whole number from 1 to %d", most))
	}
	return n, nil
}
