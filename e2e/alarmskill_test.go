package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"
)

// Alarms come while the server is killed again and again. What it acknowledged is
// never lost: each is told, and told again only for a kill that came while its message
// was on its way.
func TestKillDuringAStormLosesNoAlarm(t *testing.T) {
	t.Parallel()
	const kills, batches, each = 4, 12, 5
	hook := listenForWebhooks(t)
	routes := File(t, "alertmanager.yml", fmt.Sprintf(`
route: {receiver: sink, group_by: [job], group_wait: 200ms, group_interval: 1s, repeat_interval: 4h}
receivers: [{name: sink, webhook_configs: [{url: %q}]}]
`, hook.URL))
	s := StartServer(t, "--config.file="+File(t, "headroom.yml", fmt.Sprintf("alerting: {config_file: %q, fold: {wait: 0s, storm_rate: 1000000}}\n", routes)), "--storage.path="+t.TempDir())
	rng := rand.New(rand.NewPCG(1, 2))
	acknowledged := map[string]bool{}
	next := 0
	send := func() bool {
		var alerts []map[string]any
		var jobs []string
		for range each {
			job := fmt.Sprintf("job-%d", next)
			next++
			jobs = append(jobs, job)
			alerts = append(alerts, map[string]any{"labels": map[string]string{"alertname": "Broken", "job": job}, "endsAt": time.Now().Add(time.Hour)})
		}
		body, err := json.Marshal(alerts)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Post(s.URL+"/api/v2/alerts", "application/json", bytes.NewReader(body))
		if err != nil {
			return false // it may be kept, and may not: the sender would try again
		}
		_ = resp.Body.Close()
		for _, job := range jobs {
			acknowledged[job] = acknowledged[job] || resp.StatusCode == http.StatusOK
		}
		return resp.StatusCode == http.StatusOK
	}
	for range kills {
		for range batches {
			send()
		}
		time.AfterFunc(time.Duration(rng.IntN(400))*time.Millisecond, s.Kill)
		for send() {
		}
		<-s.exited
		s = s.Restart()
	}
	told := func() map[string]int {
		n := map[string]int{}
		for _, m := range hook.Told() {
			for _, a := range m.Alerts {
				if a.Status == "firing" {
					n[a.Labels["job"]]++
				}
			}
		}
		return n
	}
	missing := func() (all []string) {
		n := told()
		for job, ok := range acknowledged {
			if ok && n[job] == 0 {
				all = append(all, job)
			}
		}
		return all
	}
	Eventually(t, time.Minute, "everything that was acknowledged is told", func() bool { return len(missing()) == 0 })
	again := 0
	for job, n := range told() {
		if n > 1+kills {
			t.Errorf("%s was told %d times", job, n)
		}
		if n > 1 {
			again++
		}
	}
	t.Logf("%d alarms were acknowledged in spite of %d kills; %d were told again", len(acknowledged), kills, again)
}
