import type { explainEn } from "./explain-en";

export const explainZh: typeof explainEn = {
  all: "完整的计算过程",
  open: "打开此节点",
  names: {
    devices: "设备数",
    processes: "进程数",
    load: "当前负载",
    mean: "此刻的预期",
    band: "置信区间",
    deviates: "是否偏离",
    peak: "今日峰值",
    headroom: "余量",
    loss: "失效后的余量",
    growth: "增长",
    full: "触顶日期",
    order: "需申请的设备数",
  },
  terms: {
    devices: "最近几分钟内有上报的设备数。",
    processes: "最近几分钟内有上报的进程数。",
    load: "本分钟有上报的各设备负载的均值，占单台设备的百分比。",
    mean: "今天此刻的正常负载。",
    band: "本分钟负载的预期范围，在看到实际值之前就已确定。",
    deviates: "负载与预期的距离，以区间半宽为单位：大于 1 即在区间之外。告警需要不止一个这样的分钟。",
    peak: "按目前所知，今天五分钟负载的最高值；100 天中有 95 天落在区间内。",
    headroom: "今日预期峰值之下目标负载的空余部分；小于 0 表示超载。",
    loss: "失去最大的故障域、其工作由其余设备承担之后的余量。",
    growth: "最近 60 天每日峰值的日增长百分比。",
    full: "每日峰值多半已达到目标负载的日期。",
    order: "现在应申请的设备数，使交付之前的最大峰值以所述概率低于目标负载。",
  },
};
