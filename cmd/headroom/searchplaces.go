package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"headroom/scaler/consistency"
	"headroom/scaler/flow/library"
	"headroom/scaler/pool"
	"headroom/storage/search"
)

// wholeSet are documents that are made anew each time somebody looks: there are few, and
// they are in memory.
type wholeSet struct {
	kind string
	all  func() []search.Document
}

// Kind implements search.Set.
func (s wholeSet) Kind() string { return s.kind }

// Version implements search.Set.
func (s wholeSet) Version(context.Context) (string, error) {
	text, err := json.Marshal(s.all())
	if err != nil {
		return "", fmt.Errorf("write down the documents of %s: %w", s.kind, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Documents implements search.Set.
func (s wholeSet) Documents(context.Context) ([]search.Document, error) { return s.all(), nil }

// once leaves of documents of the same id only the first.
func once(docs []search.Document) []search.Document {
	slices.SortStableFunc(docs, func(a, b search.Document) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(docs, func(a, b search.Document) bool { return a.ID == b.ID })
}

// flowDocuments are the flows, by what they do and which tools they call.
func flowDocuments(entries []library.Entry) (docs []search.Document) {
	for _, e := range entries {
		d := search.Document{Kind: "flow", ID: e.Name, Title: e.Name, URL: changesPage("flows", e.Name)}
		if f := e.Flow; f != nil {
			d.Title = cmp.Or(f.Title, e.Name)
			lines := []string{e.Name, f.Description}
			for _, one := range f.Steps {
				lines = append(lines, strings.TrimSpace(one.Title+" "+one.Tool))
			}
			d.Text = joinLines(lines)
		}
		docs = append(docs, d)
	}
	return once(docs)
}

// nodeDocuments are the nodes of the pool, by their labels and state, and by what runs there.
func nodeDocuments(nodes []pool.Node) (docs []search.Document) {
	for _, n := range nodes {
		lines := []string{string(n.State) + " " + n.Reason, n.Resources.Address}
		for _, name := range slices.Sorted(maps.Keys(n.Resources.Labels)) {
			lines = append(lines, name+"="+n.Resources.Labels[name])
		}
		services := map[string]bool{}
		for _, w := range n.Workers {
			services[nameOf(w.Service)] = true
		}
		lines = append(lines, slices.Sorted(maps.Keys(services))...)
		docs = append(docs, search.Document{Kind: "node", ID: n.Name, Title: n.Name, Text: joinLines(lines), URL: "/pool/nodes/" + url.PathEscape(n.Name)})
	}
	return docs
}

// packageDocuments are the packages that modules declare.
func packageDocuments(all []*consistency.Declaration) (docs []search.Document) {
	for _, d := range all {
		for _, p := range d.Packages {
			docs = append(docs, search.Document{
				Kind: "package", ID: d.Module + " " + p.Name, Path: d.Module, Title: p.Name + " " + cmp.Or(p.Version, consistency.AnyVersion),
				Text: "declared by " + nameOf(d.Module), URL: changesPage("consistency", d.Module),
			})
		}
	}
	return once(docs)
}

// changesPage is the address of what is chosen in a part of the page of changes.
func changesPage(part, of string) string {
	return "/changes?" + url.Values{"show": {part}, "of": {of}}.Encode()
}
