package main

import (
	"cmp"
	"maps"

	"headroom/analytics"
	"headroom/analytics/ledger"
	"headroom/ingest"
	"headroom/ui/api/prom"
)

// metadata answers the query API about metrics: Headroom's own, and those that
// senders described.
type metadata struct {
	own    map[string]string // help texts
	ingest *ingest.Ingest    // nil in shadow mode
}

func newMetadata(in *ingest.Ingest) metadata {
	own := analytics.Descriptions()
	maps.Copy(own, ledger.Descriptions())
	return metadata{own: own, ingest: in}
}

// Metadata implements prom.MetadataSource.
func (m metadata) Metadata(metric string) map[string][]prom.Metadata {
	out := map[string][]prom.Metadata{}
	if m.ingest != nil {
		for name, d := range m.ingest.Descriptions(metric) {
			out[name] = []prom.Metadata{{Type: cmp.Or(d.Type, "unknown"), Help: d.Help, Unit: d.Unit}}
		}
	}
	for name, help := range m.own {
		if metric == "" || name == metric {
			out[name] = []prom.Metadata{{Type: "gauge", Help: help}}
		}
	}
	return out
}
