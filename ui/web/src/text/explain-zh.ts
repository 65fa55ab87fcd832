import type { explainEn } from "./explain-en";

export const explainZh: typeof explainEn = {
  all: "完整的计算过程",
  open: "打开此节点",
  title: "解释",
  id: "编号",
  idHint: "row:路径、alarm:编号、run:编号……",
  at: "时间",
  atTitle: "过去某一分钟；留空为现在",
  ask: "解释",
  kindsTitle: "可以解释的内容",
  openIt: "打开其页面",
  steps: "计算过程",
  stages: "逐步说明",
  noSteps: "无需计算。",
  queries: "对应的序列",
  queriesBelow: "任何 Prometheus 客户端都可查询，包括 Grafana。",
  values: "数值",
  noValues: "此前六小时没有数值。",
  related: "相关",
  terminal: "在终端中：",
};
