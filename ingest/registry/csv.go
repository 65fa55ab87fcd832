package registry

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"headroom/storage/fleet"
)

// csv reads a table whose first line names the fact of each column. A node is named by
// "id", or by columns with the labels of the business tree. Items of lists are divided
// by semicolons.
func (c *collector) csv(file string, data []byte) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return
	}
	if err != nil {
		c.csvFault(file, err)
		return
	}
	columns, ok := c.csvHead(file, head)
	if !ok {
		return
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			c.csvFault(file, err)
			return
		}
		line, _ := r.FieldPos(0)
		c.csvLine(place{file, line}, columns, record)
	}
}

func (c *collector) csvFault(file string, err error) {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		c.fault(place{file, parse.Line}, "", "%v", parse.Err)
		return
	}
	c.fault(place{file, 0}, "", "%v", err)
}

// csvHead reads what each column holds: a fact, or a level of the business tree.
func (c *collector) csvHead(file string, head []string) (columns []string, ok bool) {
	at, ok, named := place{file, 1}, true, false
	for _, name := range head {
		name = strings.TrimSpace(name)
		column := c.field(name)
		if column == "" && slices.Contains(c.levels, name) {
			column = levelColumn + name
		}
		switch {
		case column == "":
			c.fault(at, name, "there is no such fact; name one by the source's map")
			ok = false
		case slices.Contains(columns, column):
			c.fault(at, name, "is given twice")
			ok = false
		}
		named = named || column == "id" || column == levelColumn+c.levels[0]
		columns = append(columns, column)
	}
	if !named {
		c.fault(at, "", "want a column id, or one for each of %s", strings.Join(c.levels, ", "))
		ok = false
	}
	return columns, ok
}

const levelColumn = "\x00" // in front of a level's label, which may be named as a fact is

func (c *collector) csvLine(at place, columns, record []string) {
	if len(record) != len(columns) {
		c.fault(at, "", "has %d columns; the first line has %d", len(record), len(columns))
		return
	}
	id, fields, levels := "", fleet.Fields{}, map[string]string{}
	for i, column := range columns {
		if level, ok := strings.CutPrefix(column, levelColumn); ok {
			levels[level] = strings.TrimSpace(record[i])
		} else if column == "id" {
			id = strings.TrimSpace(record[i])
		} else {
			fields[column] = splitWords(column, record[i])
		}
	}
	if id == "" {
		var err error
		if id, err = c.id(func(level string) string { return levels[level] }); err != nil {
			c.fault(at, "", "%v", err)
			return
		}
	}
	c.add(at, id, fields)
}
