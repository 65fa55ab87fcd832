package api

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"headroom/internal/phrases/phrasestest"
	"headroom/scaler/flow"
)

// refusal is what somebody asks for in vain, and what they are told.
type refusal struct {
	method, target, body string
	code                 int
	english, chinese     string
}

// told asks for a refusal in each language: who asks for no language gets the English
// bytes, and in the Chinese ones no English sentence is left.
func (f refusal) told(t *testing.T, s *Server) {
	t.Helper()
	for language, want := range map[string]string{"": f.english, "en": f.english, "zh-CN,zh;q=0.9": f.chinese} {
		r := httptest.NewRequest(f.method, f.target, strings.NewReader(f.body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept-Language", language)
		w := ask(t, s, r)
		var got failure
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != f.code || got.Error != want {
			t.Errorf("%s %s %s in %q: %d %v\n got %s\nwant %s", f.method, f.target, f.body, language, w.Code, err, got.Error, want)
		}
		if want == f.chinese {
			phrasestest.Refusal(t, errors.New(got.Error))
		}
	}
}

func TestRefusalsInChinese(t *testing.T) {
	a, flows, pool := newAsking(t), newFlowing(t, flow.Limits{}), started(t)
	for _, f := range []refusal{
		{"POST", "/api/v1/requests", `{"kind":"machines","who":"ann","machines":{"module":"Qzone","devices":0,"needed_by":"soon"}}`, 400,
			"why: want 1 to 2000 bytes of UTF-8, got 0\nmachines.devices: want 1 to 100000, got 0\nmachines.needed_by: want a day as 2026-12-24, got \"soon\"",
			"原因：须填写，最多 2000 字节，实为 0 字节\n设备数：应为 1 至 100000，实为 0\n需要日期：应为日期，如 2026-12-24，实为 \"soon\""},
		{"POST", "/api/v1/requests/R9", `{"action":"approve","who":"ann"}`, 404, "request 9: no such request", "没有申请 9"},
		{"GET", "/api/v1/modules/none", "", 404,
			`"none": no such node in the business tree (a new one is there within a minute of its first sample); there are, for example, Qzone, QQ, a%2Fb`,
			"业务树中没有“none”（新节点在首个样本后一分钟内出现）；例如有：Qzone、QQ、a%2Fb"},
		{"POST", "/api/v1/whatif", `{"loads":[{"path":"a//b","uplift":0}]}`, 400,
			"loads[0].path: path \"a//b\": name 2 is empty\nloads[0].uplift: want a number above 0 and up to 1000, got 0",
			"负载 [0] 的节点：路径 \"a//b\" 的第 2 个名称为空\n负载 [0] 的倍数：应为大于 0、不超过 1000 的数，实为 0"},
		{"POST", "/api/v1/marks", `{"path":"no","from":"2026-11-22T00:00:00Z","to":"2026-11-21T00:00:00Z","kind":"x"}`, 400,
			"path: \"no\": no such node in the business tree (a new one is there within a minute of its first sample); there are, for example, Qzone, QQ, a%2Fb\nto: want a time after 2026-11-22T00:00:00Z, at most 90 days, got 2026-11-21T00:00:00Z\nkind: want one of incident, mute, change, event, other, got \"x\"",
			"路径：业务树中没有“no”（新节点在首个样本后一分钟内出现）；例如有：Qzone、QQ、a%2Fb\n结束：应晚于 2026-11-22T00:00:00Z，且不超过 90 天，实为 2026-11-21T00:00:00Z\n种类：应为故障、屏蔽、变更、事件、其他标记之一，实为 \"x\""},
		{"POST", "/api/v1/alarms/none/ack", `{"who":"ann","for":"soon"}`, 400,
			`for "soon": want a length of time, as 2h, and no until`,
			`时长 "soon" 有误：应如 2h，且不另给截止时间`},
		{"POST", "/api/v1/alarms/none/ack", `{"who":"ann"}`, 404,
			`acknowledge "none": no such alarm is open`,
			`没有未结束的告警 "none"`},
		{"POST", "/api/v1/grants", `{"subject":"ann","role":"owner"}`, 400,
			"role: want one of viewer, operator, admin, got \"owner\"\nsubject: want user:NAME, group:NAME, token:ID or chat:NAME, got \"ann\"",
			"角色：应为只读、操作或管理，实为 \"owner\"\n给谁：应为 user:名字、group:名字、token:编号或 chat:名字，实为 \"ann\""},
	} {
		f.told(t, a.Server)
	}
	for _, f := range []refusal{
		{"POST", "/api/v1/flows/hello/runs", `{"inputs":{"n":"many"}}`, 400,
			"there is no input n; there are module, times, password\ninput module: it is required: want a module's id",
			"没有输入 n；可用：module、times、password\n输入 module：须填写模块"},
		{"POST", "/api/v1/flows/none/runs", `{}`, 404,
			`no such flow: "none"`,
			`没有流程 "none"`},
		{"POST", "/api/v1/runs/none", `{"action":"pause"}`, 404,
			`no such run: "none"`,
			`没有执行 "none"`},
		{"POST", "/api/v1/schedules", `{"flow":"hello","cron":"at two","window":"day"}`, 400,
			"cron: expected exactly 5 fields, found 2: [at two]\ninput module: it is required: want a module's id\nwindow \"day\": there is no such maintenance window",
			"时间有误：“expected exactly 5 fields, found 2: [at two]”\n输入 module：须填写模块\n没有维护窗口 \"day\""},
	} {
		f.told(t, flows.Server)
	}
	for _, f := range []refusal{
		{"POST", "/api/v1/nodes/n1/orders", `{"action":"forget","who":"li"}`, 400,
			`bad order: node "n1" is ready; only one that is lost can be forgotten`,
			`指令有误：节点 "n1" 就绪；只有失联的节点才能移除`},
		{"POST", "/api/v1/nodes/n9/orders", `{"action":"drain","who":"li"}`, 404,
			`no such node: "n9"`,
			`没有节点 "n9"`},
		{"POST", "/api/v1/services/shop%2Fcart/orders", `{"action":"workers","workers":-1,"who":"li"}`, 400,
			"bad order: want 0 to 1000000 workers, got -1",
			"指令有误：工作进程数应为 0 至 1000000，实为 -1"},
	} {
		f.told(t, pool.Server)
	}
}

// Who may not do something is told in their language what it takes, before the handler
// is asked; so is a page of another site, and who nobody knows.
func TestWhoMayNotIsToldInChinese(t *testing.T) {
	e, s, tokens := guarded(t)
	s.Audit = nil // what is recorded is another test's matter
	f := func(token, want string) {
		t.Helper()
		r := sentBy("POST /api/v1/heals/brake/release", token)
		r.Header.Set("Accept-Language", "zh")
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		var got failure
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Error != want {
			t.Errorf("%d %v\n got %s\nwant %s", w.Code, err, got.Error, want)
		}
	}
	f(tokens["viewer"], `"token:viewer" 没有角色，而在整个业务树执行 heal.release 需要管理角色：请在页面的“申请”中或用“headroom request access admin”申请，或请其管理员授予`)
	f("", "尚不知道您是谁，而这需要管理角色：请发送令牌“Authorization: Bearer hr_…”")
	f("hr_of_nobody", "令牌未知、已撤销或已过期：请发送令牌“Authorization: Bearer hr_…”")

	r := httptest.NewRequest("PUT", "http://localhost/api/v1/modules/Qzone/note", strings.NewReader(`{"note":"x"}`))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Accept-Language", "zh")
	o, _ := options(t)
	if w := ask(t, New(o), r); !strings.Contains(w.Body.String(), "已拒绝：") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
