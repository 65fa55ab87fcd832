import type { actionsEn } from "./actions-en";

export const actionsZh: typeof actionsEn = {
  cordon: "封锁",
  drain: "排空",
  open: "重新开放",
  forget: "移除",
  reason: "原因",
  reasonHint: "会保存并显示",
  name: "您的姓名",
  apply: "执行决策",
  recommend: "仅建议",
  configured: "按配置",
  hold: "保持",
  release: "解除保持",
  byHand: "人工指定数量",
  policyAgain: "恢复策略的数量",
  retire: "下线",
  hours: "保持多少小时（空：直到解除）",
  number: "工作进程数",
  wantNumber: (most) => `请输入 1 到 ${most} 的整数。`,
  wantHours: "请输入大于 0 的小时数，或留空。",
};
