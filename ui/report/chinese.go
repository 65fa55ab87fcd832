package report

import (
	"cmp"
	"strconv"

	"headroom/analytics"
)

// What a published report keeps in words is English; these say the same in Chinese,
// from its figures.

// pastSentence says how an earlier order turned out.
func pastSentence(o *PastOrder, language string) string {
	if language != Chinese {
		return o.Sentence
	}
	t, from := &o.Total, "已发布"
	switch o.Source {
	case Recorded:
		from = "未发布，以 " + o.dayMade() + " 的记录为准"
	case Replayed:
		from = "当时未生成，按 " + o.dayMade() + " 的数据回放"
	}
	head := fill("{1} 的申请（{2}）：", o.Month, from)
	switch {
	case !o.Over:
		return head + fill("申请 {1} 台；待交付周期结束（{2}）且数据齐全后再评判。", Decimal(t.Requested, 0), o.Due)
	case t.Judged == 0:
		return head + "没有一个模块有足够的数据可供评判。"
	}
	s := head + fill("实际需要 {1} 台，申请了 {2} 台", Decimal(t.Needed, 0), Decimal(t.Requested, 0)) + t.chineseVerdict()
	if left := t.Modules - t.Judged; left > 0 {
		s += fill("；{2} 个模块中有 {1} 个因数据不足未计入", strconv.Itoa(left), strconv.Itoa(t.Modules))
	}
	return s + "。"
}

func (t *PastTotal) chineseVerdict() string {
	switch {
	case t.Missing == 0 && t.Idle == 0:
		return "，每个模块都恰好够用"
	case t.Missing == 0:
		return fill("，多了 {1} 台", Decimal(t.Idle, 0))
	case t.Idle == 0:
		return fill("，少了 {1} 台", Decimal(t.Missing, 0))
	}
	return fill("：部分模块多 {1} 台，其余少 {2} 台", Decimal(t.Idle, 0), Decimal(t.Missing, 0))
}

// methodIn says in a language where the numbers come from.
func (r *Report) methodIn(language string) []string {
	if language != Chinese {
		return r.Method
	}
	all := []string{
		"模块负载为其各设备负载的平均值，以单台设备的百分比表示；日峰值为当天最高的五分钟平均值。",
		"对增长窗口内的日峰值作普通最小二乘直线拟合，数据不足的日期不计入。R² 表示该直线解释了多少波动。",
	}
	if r.Model == analytics.ModelClassic {
		all = append(all,
			"将直线延长至交付周期末得到预测峰值，其区间为 95% 预测区间。交付周期指从申请到设备上线的时间。",
			"所需设备 = 设备数 × 交付周期末预测峰值 ÷ 目标负载，向上取整。申请数 = 所需 − 现有，仅取正值。",
			"满载日期为直线达到目标负载的日期，并给出区间内最早与最晚的日期。")
	} else {
		all = append(all,
			"预测由最近几周的水平、星期规律以及各周一致的趋势得出；增长前有“~”的，各周走势不一，任何结果都未采用。区间来自增长窗口内的预测误差，时间越远越受负载大小影响。交付周期指从申请到设备上线的时间。",
			"风险峰值指交付周期内最大峰值以给定概率超过的数值，已计入日历事件。该概率 = 闲置成本 ÷（短缺成本 + 闲置成本）。",
			"所需设备 = 设备数 × 风险峰值 ÷ 目标负载，向上取整，不低于下限，并含故障备机。申请数 = 所需 − 现有，仅取正值，按交付批量取整。",
			"满载日期为峰值更可能已达到目标负载的日期，并给出 95% 区间内最早与最晚的日期。")
	}
	all = append(all, fill("风险模块指很可能在 {1} 之前满载的模块，该日为现在申请的设备上线之日：此时申请已来不及，需另想办法。", cmp.Or(r.Arrives, "交付周期末")))
	if r.SiteLabel == "" {
		all = append(all, "没有按站点汇总：没有设备带有配置为站点的标签。")
	} else {
		all = append(all, fill("站点取自设备标签 {1}。跨站点的模块在每个站点各计一次；其设备、所需与申请按当前上报的设备数分摊为整数，余数归最大余数者。没有该标签的模块归入无名称的一行。", r.SiteLabel))
	}
	if r.Currency == "" {
		all = append(all, "未配置价格，因此不涉及费用。")
	} else {
		all = append(all, fill("费用 = 申请数 × 该机型设备的配置单价（{1}）；没有价格的设备单列，不计入费用。", r.Currency))
	}
	if len(r.Past) > 0 {
		all = append(all, "对以往申请按其交付周期内的最大工作量评判：所需设备 = 某日峰值 × 当日设备数 ÷ 当时目标负载，向上取整；超出当时现有的部分即本应申请的数量。下限、备机与批量未从申请数中扣除。")
	}
	return all
}
