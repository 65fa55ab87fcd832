package report

import "strings"

// Languages that a report can be read in; any other is read in the first.
const (
	English = "en"
	Chinese = "zh"
)

// Languages returns all of them.
func Languages() []string { return []string{English, Chinese} }

// tongue has the parts of the sentences, as [fill] takes them.
type tongue struct {
	has, rising, falling, steady   string
	doubted                        string
	full, between, fullNow, never  string
	late, request, enough, without string
	expected, risk, stop           string

	head, nobody, nothing, money, unpriced, atRisk, noRisk, more, less, same string
}

var tongues = map[string]*tongue{
	English: {
		has: "{1|device carries|devices carry} a daily peak of {2} %", rising: ", rising by {1} points a day", falling: ", falling by {1} points a day", steady: ", neither rising nor falling",
		doubted: " (the weeks do not agree on that, so the forecast does not count on it)",
		full:    "; full ({1} %) on {2}", between: " (between {1} and {2})", fullNow: "; at the target load of {1} % already", never: "; not full ({1} %) as far as can be foreseen",
		late: ", before devices ordered now are in service", request: "; request {1}, to have {2}", enough: "; nothing to request;", without: "; without them,",
		expected: " {1} % expected on {2} [{3}, {4}]", risk: ", and more than {1} % at some time until then with a probability of {2} %", stop: ".",
		head: "{1|device|devices} to request for {2} of {3|module|modules}", nobody: "No module can be judged yet, so nothing can be said about orders; {1|module is|modules are} left out, with the reason",
		nothing: "No devices to request for {1|module|modules} with {2|device|devices}",
		money:   ", {1} {2}", unpriced: " and {1|device|devices} without a price", atRisk: "; {2|module is|modules are} likely to be full before devices ordered now are in service on {1}",
		noRisk: "; no module is likely to be full before devices ordered now are in service on {1}", more: "; {1|device|devices} more than in the order of {2}", less: "; {1|device|devices} fewer than in the order of {2}", same: "; as many as in the order of {2}",
	},
	Chinese: {
		has: "现有 {1} 台设备，日峰值 {2}%", rising: "，每天上升 {1} 个百分点", falling: "，每天下降 {1} 个百分点", steady: "，基本持平",
		doubted: "（各周走势不一，预测未采用）",
		full:    "；预计 {2} 达到目标负载 {1}%", between: "（区间 {1} 至 {2}）", fullNow: "；已达到目标负载 {1}%", never: "；可预见的时间内不会达到目标负载 {1}%",
		late: "，早于现在申请的设备上线", request: "；需申请 {1} 台，共 {2} 台", enough: "；无需申请；", without: "；若不扩容，",
		expected: "{2} 峰值预计 {1}% [{3}, {4}]", risk: "，在此之前超过 {1}% 的概率为 {2}%", stop: "。",
		head: "需为 {3} 个模块中的 {2} 个申请 {1} 台设备", nobody: "尚无可评估的模块，因此无法说明需申请什么；{1} 个模块未评估，原因见下",
		nothing: "{1} 个模块（现有 {2} 台设备）无需申请设备",
		money:   "，费用 {1} {2}", unpriced: "，另有 {1} 台无价格", atRisk: "；{2} 个模块很可能在现在申请的设备上线（{1}）之前满载",
		noRisk: "；没有模块很可能在现在申请的设备上线（{1}）之前满载", more: "；比 {2} 的申请多 {1} 台", less: "；比 {2} 的申请少 {1} 台", same: "；与 {2} 的申请相同",
	},
}

func tongueOf(language string) *tongue {
	if t := tongues[language]; t != nil {
		return t
	}
	return tongues[English]
}

// speech is a sentence that is being said.
type speech struct {
	*tongue
	strings.Builder
}

// say adds a part.
func (s *speech) say(part string, of ...string) {
	s.WriteString(fill(part, of...))
}
