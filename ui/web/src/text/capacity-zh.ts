import type { capacityEn } from "./capacity-en";

export const capacityZh: typeof capacityEn = {
  title: "容量与增长",
  emptyTitle: "尚无可判断的模块",
  empty: "增长需要两周的每日峰值：导入历史，或等待。",
  devices: (n) => `${n} 台设备`,

  figures: {
    full: "下次交付前触顶",
    fullBelow: (modules, devices) => `共 ${modules} 个模块；涉及 ${devices} 台设备`,
    delivery: "下次交付",
    leads: (days) => `从下单到上线 ${days} 天`,
    request: "需申请的设备",
    requestBelow: (needed, there) => `需 ${needed} 台，现有 ${there} 台；富余设备不调走`,
    unjudged: "无法判断",
    unjudgedBelow: (learning, stale) => `${learning} 个学习中，${stale} 个无数据`,
  },

  plane: "增长与余量",
  planeUnit: "每点一个模块，面积为设备数",
  planeLabel: (modules) => `${modules} 个模块的增长与余量。方向键浏览，回车打开；列表见下方。`,
  growth: "月增长 %",
  headroom: "余量，占目标负载 %",
  quadrants: {
    "tight-growing": "紧张且增长",
    "tight-still": "紧张不增长",
    "roomy-growing": "宽裕且增长",
    "roomy-still": "宽裕不增长",
  },
  tightNote: (percent) => `紧张：余量不足 ${percent} %。点击象限列出其模块。`,
  kinds: {
    full: "交付前触顶",
    asks: "需要设备",
    calm: "均否",
  },
  edge: "图外的模块为边缘空心点。浅色：各周走势不一，预测未采用该增长。",
  unplaced: (n) => `${n} 个无法定位。`,
  clearPart: "恢复显示所有点",
  read: (growth, headroom) => `月增长 ${growth} %，余量 ${headroom} %`,

  runway: "可支撑天数",
  runwayUnit: "距首个模块触顶的天数",
  runwayNote: (lead) => `竖线为下次交付（${lead} 天后）；横条为区间。`,
  today: "今天",
  inDays: (n) => `${n} 天后`,
  notInSight: "未见触顶",
  earliest: (n) => `最早 ${n} 天`,
  between: (from, to) => `${from ?? "–"} 至 ${to ?? "不会"}`,
  fullOf: (full, modules, devices) =>
    full > 0 ? `届时 ${modules} 个中 ${full} 个触顶（${devices} 台）` : `届时 ${modules} 个均未触顶`,
  down: (name) => `查看 ${name} 的下级`,

  list: "谁将触顶",
  shows: {
    full: "下次交付前",
    asks: "需要设备",
    all: "全部模块",
  },
  none: {
    full: "没有模块在交付前触顶。",
    asks: "没有模块需要设备。",
    all: "没有符合条件的模块。",
  },
  clear: "显示全部模块",
  ask: "申请设备",
  askTitle: "按预测填好",
  whatIf: "推演",
  whatIfTitle: "负载增加两成：不下单与下单",
};
