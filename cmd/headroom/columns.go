package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"headroom/analytics"
)

// A cell is a text in a table, with the colour it has on a terminal.
type cell struct {
	text  string
	color string // an SGR code as "31"; empty for none
}

func plain(text string) cell { return cell{text: text} }

// grid is a table of aligned columns. The last one is not padded.
type grid struct {
	head  []string
	right []bool // columns that align at the right
	rows  [][]cell
	below []string // lines below the table: what would make a column too wide
}

// print writes the table; every line is as long as it has to be, never wrapped.
func (g *grid) print(w io.Writer, colors bool) error {
	widths := make([]int, len(g.head))
	for i, title := range g.head {
		widths[i] = columnsOf(title)
		for _, row := range g.rows {
			widths[i] = max(widths[i], columnsOf(row[i].text))
		}
	}
	var b bytes.Buffer
	head := make([]cell, len(g.head))
	for i, title := range g.head {
		head[i] = cell{title, "1"}
	}
	for _, row := range append([][]cell{head}, g.rows...) {
		g.line(&b, row, widths, colors)
	}
	if len(g.below) > 0 {
		b.WriteString("\n" + strings.Join(g.below, "\n") + "\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (g *grid) line(b *bytes.Buffer, row []cell, widths []int, colors bool) {
	for i, c := range row {
		if i > 0 {
			b.WriteString("  ")
		}
		pad := strings.Repeat(" ", widths[i]-columnsOf(c.text))
		if g.right[i] {
			b.WriteString(pad)
		}
		if colors && c.color != "" {
			fmt.Fprintf(b, "\x1b[%sm%s\x1b[0m", c.color, c.text)
		} else {
			b.WriteString(c.text)
		}
		if !g.right[i] && i < len(row)-1 {
			b.WriteString(pad)
		}
	}
	for b.Len() > 0 && b.Bytes()[b.Len()-1] == ' ' {
		b.Truncate(b.Len() - 1)
	}
	b.WriteByte('\n')
}

// columnsOf is how many columns of a terminal a text takes: two for each wide
// (Chinese, Japanese, Korean) character, none for a combining one.
func columnsOf(text string) (n int) {
	for _, r := range text {
		n += columnsOfRune(r)
	}
	return n
}

func columnsOfRune(r rune) int {
	if r < 0x7f {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// printable keeps control characters in names from steering the terminal, and
// marks of direction from turning around what stands beside them.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return '�'
		}
		return r
	}, text)
}

// terminal tells whether f is one that wants colours.
func terminal(f io.Writer) bool {
	file, ok := f.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// decimal writes a number for people: "–" when it is unknown.
func decimal(n analytics.Number, decimals int) string {
	if !n.Known() {
		return "–"
	}
	return fmt.Sprintf("%.*f", decimals, float64(n))
}

// interval writes bounds as "[19.0, 22.6]".
func interval(lower, upper analytics.Number) string {
	if !lower.Known() || !upper.Known() {
		return "–"
	}
	return "[" + decimal(lower, 1) + ", " + decimal(upper, 1) + "]"
}
