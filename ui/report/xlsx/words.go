package xlsx

import "headroom/ui/report"

// words are the texts of a workbook.
type words struct {
	summary, modules, byTop, bySite, byType, lastMonth, accuracy, past, leftOut, method, peaks string // sheets

	sentence, site, count, unpriced, riskCount, arrives, unnamed, largest, day string
	change, then, now, difference, changed, isNew, gone, total                 string
	task, horizon, replayed, made, scored                                      string
	median, mean, bias, inside, naiveMedian, naiveMean                         string
	month, source, due, devicesThen                                            string

	heads   map[string]string // of the flat table, by its fields
	answers map[string]string // what the report has in words of its own; what is missing is said as it is
}

// say is what a word of the report is called.
func (w *words) say(word string) string {
	if s, ok := w.answers[word]; ok {
		return s
	}
	return word
}

func wordsOf(language string) *words {
	if language == report.Chinese {
		return &chinese
	}
	return &english
}

var english = words{
	summary: "Summary", modules: "Modules", byTop: "By business", bySite: "By site", byType: "By device type", lastMonth: "Since last month",
	accuracy: "Accuracy", past: "Past orders", leftOut: "Left out", method: "Method", peaks: "Daily peaks",

	sentence: "In one sentence", site: "Site", count: "Modules", unpriced: "To request without a price", riskCount: "Modules at risk", arrives: "In service if ordered now", unnamed: "(unknown)",
	largest: "Largest orders (devices)", day: "Day",
	change: "Change", then: "To request", now: "To request", difference: "Difference to", changed: "changed", isNew: "new", gone: "gone", total: "Total",
	task: "Forecast of", horizon: "Horizon", replayed: "Replayed", made: "Made", scored: "Scored",
	median: "Median error", mean: "Mean error", bias: "Bias", inside: "Inside the interval", naiveMedian: "Naive: median error", naiveMean: "Naive: mean error",
	month: "Month", source: "Source", due: "Lead time until", devicesThen: "Devices then",

	heads: map[string]string{
		"id": "Id", "state": "State", "devices": "Devices now", "devices_needed": "Devices needed", "devices_to_request": "Devices to request", "device_type": "Type ordered",
		"peak_now": "Daily peak now (%)", "slope_per_day": "Growth (points a day)", "percent_per_day": "Growth (% a day)", "trend_per_day": "Growth counted on (points a day)", "r2": "R²", "days": "Days of the line", "as_of": "As of",
		"horizon_days": "Lead time (days)", "peak_at_horizon": "Peak at its end (%)", "peak_at_horizon_lower": "Lower (%)", "peak_at_horizon_upper": "Upper (%)",
		"target_load": "Target load (%)", "full_on": "Full on", "full_on_earliest": "Full at the earliest", "full_on_latest": "Full at the latest",
		"risk": "Risk", "peak_at_risk": "Peak at risk (%)", "event": "Event", "spares": "Spares", "reason": "Why",
		"past_month": "Past order of", "past_requested": "Past: requested", "past_needed": "Past: needed", "past_difference": "Past: difference",
		"past_forecast": "Past: forecast in all", "past_actual": "Past: came in all", "past_error": "Past: error",
		"requests": "Requests", "requests_devices": "Requests: devices", "type": "Device type", "cost": "Cost", "at_risk": "At risk", "site": "Sites (devices)",
	},
	answers: map[string]string{"band": "next minutes", "peak": "today’s peak", "growth": "a later day’s peak", "order": "devices needed"},
}

var chinese = words{
	summary: "摘要", modules: "模块", byTop: "按业务", bySite: "按站点", byType: "按机型", lastMonth: "与上月的差异",
	accuracy: "准确度", past: "历史申请", leftOut: "未评估", method: "方法", peaks: "日峰值",

	sentence: "一句话", site: "站点", count: "模块数", unpriced: "无价格的申请（台）", riskCount: "风险模块数", arrives: "现在申请的上线日", unnamed: "（未知）",
	largest: "最大的申请（台）", day: "日期",
	change: "变化", then: "申请（台）", now: "申请（台）", difference: "差异", changed: "变化", isNew: "新增", gone: "消失", total: "合计",
	task: "预测内容", horizon: "提前", replayed: "回放", made: "预测数", scored: "已评",
	median: "误差中位数", mean: "平均误差", bias: "偏差", inside: "落在区间内", naiveMedian: "朴素预测：误差中位数", naiveMean: "朴素预测：平均误差",
	month: "月份", source: "来源", due: "交付周期至", devicesThen: "当时设备（台）",

	heads: map[string]string{
		"id": "标识", "state": "状态", "devices": "现有设备（台）", "devices_needed": "所需设备（台）", "devices_to_request": "申请设备（台）", "device_type": "申请机型",
		"peak_now": "当前日峰值（%）", "slope_per_day": "增长（百分点/天）", "percent_per_day": "增长（%/天）", "trend_per_day": "预测采用的增长（百分点/天）", "r2": "R²", "days": "拟合天数", "as_of": "数据截至",
		"horizon_days": "交付周期（天）", "peak_at_horizon": "期末峰值（%）", "peak_at_horizon_lower": "下限（%）", "peak_at_horizon_upper": "上限（%）",
		"target_load": "目标负载（%）", "full_on": "满载日期", "full_on_earliest": "最早满载", "full_on_latest": "最晚满载",
		"risk": "风险", "peak_at_risk": "风险峰值（%）", "event": "事件", "spares": "备机（台）", "reason": "原因",
		"past_month": "历史申请月份", "past_requested": "历史：申请（台）", "past_needed": "历史：所需（台）", "past_difference": "历史：差异（台）",
		"past_forecast": "历史：预测总数（台）", "past_actual": "历史：实际总数（台）", "past_error": "历史：误差",
		"requests": "申请单", "requests_devices": "申请单设备（台）", "type": "机型", "cost": "费用", "at_risk": "风险模块", "site": "站点（台）",
	},
	answers: map[string]string{
		"yes": "是", "no": "否", "ok": "正常", "learning": "学习中", "stale": "无数据", "published": "已发布", "recorded": "已记录", "replayed": "回放",
		"band": "随后几分钟", "peak": "当日峰值", "growth": "之后某日峰值", "order": "所需设备",
	},
}
