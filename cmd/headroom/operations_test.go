package main

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestOperationsCommand(t *testing.T) {
	const numbers = `"changes":{"runs":12,"done":10,"failed":2,"canceled":0,"people":3,"system":9,"sources":{},"mean_seconds":90.04},"heals":{"started":4,"done":4,"failed":0,"helped":3,"helped_not":1},
		"alarms":{"received":100,"notified":7},"requests":{"opened":1,"approved":1,"done":1,"mean_seconds_to_done":null},"scaling":{"decisions":10,"out":4,"in":1,"hold":5},
		"peaks":{"scored":5,"error":0.034,"inside":0.96},"bands":{"scored":0,"error":null,"inside":null}`
	api := &canned{answers: map[string]string{"GET operations": `{"status":"success","data":{"path":"","from":"2026-11-21T00:00:00Z","to":"2026-11-23T00:00:00Z","by":"node","at":"2026-11-22T12:00:00Z",
		"total":{` + numbers + `},"lines":[{"key":"",` + numbers + `},{"key":"shop\u001b[31m",` + numbers + `}],"flows":[{"flow":"restart","runs":12,"done":10,"failed":2,"canceled":0,"mean_seconds":3.26}]}}`}}
	srv := httptest.NewServer(api)
	defer srv.Close()
	var out bytes.Buffer
	c := &operationsCommand{client: &client{server: srv.URL, out: &out}, by: "node", days: 2, path: "shop"}
	if err := c.run(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"NODE ", "\n–  ", "total ", "1m30s", "3.4 %", "OUT  IN  HOLD", "  4   1     5 ", "\nCHANGES  runs that are over; dry ones", "restart    12    10       2         0  3.3s"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b[31m") {
		t.Error("a sign for the terminal was printed as it came")
	}
	if api.query != "by=node&from=2026-11-21T12%3A00%3A00Z&path=shop&to=2026-11-22T12%3A00%3A00Z" {
		t.Error(api.query)
	}
	c.days = 63
	if err := c.run(time.Now()); err == nil || !strings.Contains(err.Error(), "--days: want a number from 1 to 62, got 63") {
		t.Error(err)
	}
}
