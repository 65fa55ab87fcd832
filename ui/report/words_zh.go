package report

var chinese = words{
	html: "zh-CN", title: "扩容月报", draft: "草稿，生成于 {1}", published: "发布于 {1}", pageOf: "第 {1} 页，共 {2} 页",
	unshaped:  "本 PDF 无法显示个别字符（如表情符号），以其 Unicode 编号代替，如 [U+1F680]。网页、工作簿与 CSV 中以下名称均为原样：{1}。",
	basis:     "数据截至 {1}，模型 {2}，交付周期 {3} 天。",
	daysAhead: "提前 {1} 天", minutesAhead: "提前 {1} 分钟", largestOf: "{1} 天内最大值", asOfHour: "{1} 时预测",
	neededNote: "“所需设备”为各模块所需之和，也包括所需少于现有的模块；“申请设备”只计缺少的部分。",

	modules: "评估模块", devices: "现有设备", needed: "所需设备", request: "申请设备", cost: "费用（{1}）", risk: "风险模块",
	since: "申请数较 {1}", forecast: "{1} 预测误差", median: "上月预测误差", leftCount: "未评估模块",
	riskNote: "很可能在 {1} 之前满载", sinceNote: "上次 {1}", forecastNote: "预测 {1}，实际 {2}", medianNote: "中位数，{1}", unpriced: "另有 {1} 台无价格",

	by: "按{1}", bySite: "按站点", byType: "按机型", change: "与 {1} 的差异", came: "{1} 的申请与实际所需", scores: "上月预测的准确度",
	trends: "申请最多的模块", asks: "需要申请", enough: "交付周期内足够", left: "未评估", requests: "本月申请单", method: "方法",
	site: "站点", deviceType: "机型", total: "合计", unnamed: "（未知）", none: "无。", nothing: "交付周期内没有模块需要更多设备。",
	leftNote: "以下模块暂无法评估，不计入任何合计。", sharedNote: "跨站点的模块在每个站点各计一次，其设备按站点分摊。",

	module: "模块", count: "模块数", pieces: "设备", atRisk: "风险", toRequest: "申请", short: "所需", peakNow: "日峰值（%）", growth: "日增（百分点）", fullOn: "满载日期", why: "原因", orders: "申请", then: "上次", now: "本次", difference: "差异",
	devicesThen: "当时设备", requested: "申请", neededThen: "所需", forecastAll: "预测总数", cameAll: "实际总数", errorHead: "误差（%）", pair: "申请 ○，所需 ●",
	costHead: "费用（{1}）", state: "状态", who: "申请人", opened: "提交", approved: "批准", closed: "完结", what: "申请单",
	task: "预测", made: "预测数", scored: "已评", medianError: "误差中位数（%）", naive: "朴素预测（%）", bias: "偏差（%）", inside: "落在区间内（%）",

	changeNote: "{1} 的申请依据截至 {2} 的数据。", newOnes: "新增或首次评估：{1}。", gone: "当时评估、现已不存在：{1}。", more: "，……另有 {1} 个", others: "变化较小的模块：{1} 个。",
	cameNote: "数据截至 {1}，交付周期至 {2}。", quiet: "未申请且无需更多设备的模块未列出：{1} 个。", totalOf: "{1} 个模块合计",
	scoresNote: "针对 {1} 至 {2} 的预测；区间应包含 {3}% 的实际值，置信带应包含 {4}%。朴素预测取一周前同一天的值。", replayed: "{1}（回放）",
	trendsNote: "负载为单台设备的百分比，按天，至交付周期结束。纵轴不从零开始。",
	peaks:      "日峰值", line: "趋势直线", expected: "预测及其区间", target: "目标负载",

	levels: map[string]string{"business": "业务", "module": "模块", "product": "产品", "region": "区域", "cluster": "集群", "service": "服务"},
	tasks:  map[string]string{"band": "随后几分钟", "peak": "当日峰值", "growth": "之后某日峰值", "order": "所需设备"},
	states: map[string]string{
		"open": "待批准", "approved": "已批准", "running": "执行中", "done": "已完成", "failed": "失败", "rejected": "已驳回", "canceled": "已取消",
	},
}
