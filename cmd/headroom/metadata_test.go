package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// The query API describes Headroom's own series, and what senders described.
func TestMetadata(t *testing.T) {
	server := startServer(t)
	page := "# HELP fan_rpm Turns of the fan.\n# TYPE fan_rpm gauge\nfan_rpm 900\n"
	resp, err := http.Post(server+"/api/v1/import/prometheus", "text/plain", strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	want := func(metric, text string) {
		t.Helper()
		resp, err := http.Get(server + "/api/v1/metadata?metric=" + metric)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || !strings.Contains(string(body), text) {
			t.Errorf("metadata of %q: %s, %v; want %s", metric, body, err, text)
		}
	}
	want("fan_rpm", `{"fan_rpm":[{"type":"gauge","help":"Turns of the fan.","unit":""}]}`)
	want("headroom_module_load_percent", `{"headroom_module_load_percent":[{"type":"gauge","help":"Mean load`)
	want("", `"fan_rpm"`)
	want("nothing", `"data":{}`)
}
