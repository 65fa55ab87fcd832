package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
)

var errShort = errors.New("the font's file is cut off")

// needed are the tables that a font in a PDF is made of.
var needed = []string{"OS/2", "cmap", "cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post", "prep"}

// single makes a TrueType file with needed tables only of a font, or of the first one
// of a collection, which shares tables with others. Every glyph gets a width of its
// own: a shortened list is misread by those who cut fonts.
func single(file []byte) ([]byte, error) {
	tables, err := tablesOf(file)
	if err != nil {
		return nil, err
	}
	for _, name := range needed {
		if tables[name] == nil {
			return nil, fmt.Errorf("the font has no table %q", name)
		}
	}
	if len(tables["post"]) < 32 || len(tables["hhea"]) < 36 || len(tables["maxp"]) < 6 {
		return nil, errShort
	}
	tables["post"] = append([]byte{0, 3, 0, 0}, tables["post"][4:32]...) // version 3: without the glyphs' names
	glyphs := binary.BigEndian.Uint16(tables["maxp"][4:])
	if tables["hmtx"], err = allWidths(tables["hmtx"], int(binary.BigEndian.Uint16(tables["hhea"][34:])), int(glyphs)); err != nil {
		return nil, err
	}
	tables["hhea"] = slices.Clone(tables["hhea"])
	binary.BigEndian.PutUint16(tables["hhea"][34:], glyphs)
	return assemble(tables), nil
}

// tablesOf returns the needed tables of a font, or of a collection's first one.
func tablesOf(b []byte) (map[string][]byte, error) {
	at := 0
	switch {
	case len(b) < 16:
		return nil, errShort
	case string(b[:4]) == "ttcf":
		at = int(binary.BigEndian.Uint32(b[12:]))
	case string(b[:4]) != "\x00\x01\x00\x00":
		return nil, errors.New("the font is no TrueType font or collection")
	}
	if at+12 > len(b) {
		return nil, errShort
	}
	tables := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(b[at+4:])) {
		entry := at + 12 + 16*i
		if entry+16 > len(b) {
			return nil, errShort
		}
		name := string(b[entry : entry+4])
		first, size := int(binary.BigEndian.Uint32(b[entry+8:])), int(binary.BigEndian.Uint32(b[entry+12:]))
		if first+size > len(b) {
			return nil, errShort
		}
		if slices.Contains(needed, name) {
			tables[name] = b[first : first+size]
		}
	}
	return tables, nil
}

// allWidths writes out the list of widths and bearings, of which the last glyphs
// share one width.
func allWidths(list []byte, widths, glyphs int) ([]byte, error) {
	if widths < 1 || widths > glyphs || len(list) < 4*widths+2*(glyphs-widths) {
		return nil, errShort
	}
	out := slices.Clone(list[:4*widths])
	for i := range glyphs - widths {
		out = append(out, list[4*widths-4], list[4*widths-3], list[4*widths+2*i], list[4*widths+2*i+1])
	}
	return out, nil
}

// assemble writes tables as one file; its checksums are left 0, nobody who embeds a
// font reads them.
func assemble(tables map[string][]byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	out = binary.BigEndian.AppendUint16(out, uint16(len(tables)))
	out = append(out, make([]byte, 6)...) // hints for a binary search
	at := len(out) + 16*len(tables)
	var body []byte
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, 0)
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(tables[name])))
		body = append(body, tables[name]...)
		body = append(body, make([]byte, -len(body)&3)...)
	}
	return append(out, body...)
}
