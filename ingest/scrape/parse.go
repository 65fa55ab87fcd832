package scrape

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"

	"headroom/storage"
)

// page turns what a target serves into series, and remembers the series of the
// page before.
type page struct {
	own    []storage.Label // of the target, sorted
	honour bool            // a page's labels win over the target's own
	series map[string]*seriesState
	turn   int // counts pages
	sink   Sink
}

// seriesState is a series of the target, by its text on the page.
type seriesState struct {
	labels  []storage.Label
	since   int  // the first page that had it
	turn    int  // the last one
	instant bool // its samples carry no time of their own, so it can go stale
}

func newPage(own []storage.Label, honour bool, sink Sink) *page {
	return &page{own: own, honour: honour, sink: sink, series: map[string]*seriesState{}}
}

// parse returns the samples of a page, those without a time at ms. A page with
// a bad line is refused as a whole, as by Prometheus.
func (p *page) parse(body []byte, contentType string, ms int64) ([]storage.Series, error) {
	if contentType == "" {
		contentType = "text/plain"
	}
	// The parser also returns one for a content type it does not know.
	parser, err := textparse.New(body, contentType, labels.NewSymbolTable(), textparse.ParserOptions{FallbackContentType: "text/plain"})
	if parser == nil {
		return nil, fmt.Errorf("content type %q: %w", contentType, err)
	}
	p.turn++
	var rows []storage.Series
	for {
		entry, err := parser.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			p.forgetNew()
			return nil, fmt.Errorf("parse the page: %w", err)
		}
		if entry != textparse.EntrySeries {
			p.describe(parser, entry)
			continue
		}
		text, at, v := parser.Series()
		s := p.series[string(text)]
		if s == nil {
			var l labels.Labels
			parser.Labels(&l)
			s = &seriesState{labels: p.join(l), since: p.turn}
			p.series[string(text)] = s
		}
		s.turn, s.instant = p.turn, at == nil
		sample := storage.Sample{Timestamp: ms, Value: v}
		if at != nil {
			sample.Timestamp = *at
		}
		rows = append(rows, storage.Series{Labels: s.labels, Samples: []storage.Sample{sample}})
	}
}

// describe hands on what an entry tells about a metric.
func (p *page) describe(parser textparse.Parser, entry textparse.Entry) {
	switch entry {
	case textparse.EntryHelp:
		metric, help := parser.Help()
		p.sink.Describe(string(metric), "", string(help), "")
	case textparse.EntryType:
		metric, kind := parser.Type()
		p.sink.Describe(string(metric), string(kind), "", "")
	case textparse.EntryUnit:
		metric, unit := parser.Unit()
		p.sink.Describe(string(metric), "", "", string(unit))
	}
}

// forgetNew forgets the series that only this page had, which is refused: a
// series that was never stored must not end.
func (p *page) forgetNew() {
	for text, s := range p.series {
		if s.since == p.turn {
			delete(p.series, text)
		}
	}
}

// join adds the target's own labels to a series. Where both have one, the
// page's is kept as exported_NAME, unless it is honoured.
func (p *page) join(scraped labels.Labels) []storage.Label {
	out := make([]storage.Label, 0, scraped.Len()+len(p.own))
	scraped.Range(func(l labels.Label) {
		name := l.Name
		if storage.Value(p.own, name) != "" {
			if p.honour {
				out = append(out, storage.Label{Name: strings.Clone(name), Value: strings.Clone(l.Value)})
				return
			}
			for storage.Value(p.own, name) != "" || scraped.Has(name) {
				name = "exported_" + name
			}
		}
		out = append(out, storage.Label{Name: strings.Clone(name), Value: strings.Clone(l.Value)})
	})
	for _, l := range p.own {
		if !p.honour || storage.Value(out, l.Name) == "" {
			out = append(out, l)
		}
	}
	sortLabels(out)
	return out
}

// ended returns a staleness marker for each series that the last page did not
// have, and forgets it.
func (p *page) ended(ms int64) []storage.Series {
	var rows []storage.Series
	for text, s := range p.series {
		if s.turn == p.turn {
			continue
		}
		delete(p.series, text)
		if s.instant {
			rows = append(rows, storage.Series{Labels: s.labels, Samples: []storage.Sample{{Timestamp: ms, Value: stale}}})
		}
	}
	return rows
}

// end returns a staleness marker for every series, as after an empty page.
func (p *page) end(ms int64) []storage.Series {
	p.turn++
	return p.ended(ms)
}
