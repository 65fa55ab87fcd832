package notify_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/common/model"

	"headroom/alerting/notify"
	"headroom/internal/config"
)

func TestNewsThatIsNoAlarm(t *testing.T) {
	var mu sync.Mutex
	got := map[string]string{}
	answer := map[string]string{"/ding": `{"errcode":0}`, "/feishu": `{"code":0}`}
	chats := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		got[r.URL.Path] = string(body)
		_, _ = io.WriteString(w, answer[r.URL.Path])
	}))
	t.Cleanup(chats.Close)
	w := newWorld(t, `
route: {receiver: nobody}
receivers: [{name: nobody}, {name: ops, webhook_configs: [{url: '`+chats.URL+`/hook'}]}]
`, func(w *world) {
		w.conf.Notify.DingTalk = []config.Robot{{Receiver: "ops", URL: chats.URL + "/ding"}, {Receiver: "nobody", URL: chats.URL + "/other"}}
		w.conf.Notify.Feishu = []config.Robot{{Receiver: "ops", URL: chats.URL + "/feishu"}}
	})
	news := notify.News{
		Name: "HeadroomRequest", Key: "R1.1", Title: "Request R1 is open", Text: "asked by ann", Link: "https://headroom.example/requests/R1",
		Labels: model.LabelSet{"request": "R1"},
	}
	told, err := w.stage.Tell(t.Context(), "ops", news)
	must(t, err)
	if want := []notify.Told{{Way: "webhook[0]"}, {Way: "dingtalk[0]"}, {Way: "feishu[0]"}}; !slices.Equal(told, want) {
		t.Errorf("told %+v; want %+v", told, want)
	}
	for path, want := range map[string][]string{
		"/hook":   {`"alertname":"HeadroomRequest"`, `"request":"R1"`, `"summary":"Request R1 is open"`, `"status":"firing"`, "requests/R1"},
		"/ding":   {`"title":"Request R1 is open"`, `asked by ann\n\n[Headroom](https://headroom.example/requests/R1)`},
		"/feishu": {"Request R1 is open", `"template":"green"`, `"url":"https://headroom.example/requests/R1"`},
	} {
		for _, words := range want {
			if !strings.Contains(got[path], words) {
				t.Errorf("%s got %s; want %s in it", path, got[path], words)
			}
		}
	}
	if _, ok := got["/other"]; ok {
		t.Error("another receiver was told")
	}
	if open := w.pipeline.Open(); len(open) != 0 {
		t.Errorf("news has become an alarm: %v", open)
	}
	mu.Lock()
	answer["/ding"] = `{"errcode":310000,"errmsg":"sign not match"}`
	clear(got)
	mu.Unlock()
	told, err = w.stage.Tell(t.Context(), "ops", news, "webhook[0]")
	if err == nil || !strings.Contains(err.Error(), "sign not match") {
		t.Error(err)
	}
	if len(told) != 3 || told[0].Err != nil || told[1].Err == nil || told[2].Err != nil {
		t.Errorf("told %+v; want only the second to have failed", told)
	}
	if _, again := got["/hook"]; again || len(got) != 2 {
		t.Errorf("told %v; want all but the one that has it", got)
	}
	if _, err := w.stage.Tell(t.Context(), "opps", news); !errors.Is(err, notify.ErrNoReceiver) {
		t.Error(err)
	}
}
