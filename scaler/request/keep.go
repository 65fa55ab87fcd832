package request

import (
	"encoding/json"
	"fmt"

	"headroom/storage/state"
)

// row is how a request is kept.
func (r *Request) row() state.Request {
	kept := *r
	kept.Approvers, kept.May = Approvers{}, nil // as configured when it is shown
	data, err := json.Marshal(&kept)
	if err != nil {
		panic("BUG: a request is no JSON: " + err.Error())
	}
	return state.Request{
		Number: r.number, Kind: string(r.Kind), State: string(r.State), Path: r.Path, Who: r.Who, Run: r.Run,
		Opened: r.Opened, Approved: r.ApprovedAt, Closed: r.Closed, Version: r.version, Steps: len(r.History), Told: r.told, Data: data,
	}
}

// requestOf reads a request that was kept.
func requestOf(row state.Request) (r Request, err error) {
	if err := json.Unmarshal(row.Data, &r); err != nil {
		return Request{}, fmt.Errorf("read request %d: %w", row.Number, err)
	}
	r.ID, r.number, r.version, r.told = idOf(row.Number), row.Number, row.Version, row.Told
	return r, nil
}
