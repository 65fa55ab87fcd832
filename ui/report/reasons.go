package report

import "regexp"

// reasons are those for which a module is left out, as the analytics say them in
// English, and what they are in Chinese.
var reasons = []struct {
	english *regexp.Regexp
	chinese string // with what the groups have found
}{
	{regexp.MustCompile(`^(\d+) of (\d+) daily peaks, ready on (\S+)$`), "仅有 $1 天日峰值，需 $2 天，预计 $3 起可评估"},
	{regexp.MustCompile(`^(\d+) of (\d+) (?:daily peaks|days)$`), "仅有 $1 天日峰值，需 $2 天"},
	{regexp.MustCompile(`^fewer than (\d+) daily peaks are left without the marked intervals$`), "除去标记的时段后，日峰值不足 $1 天"},
	{regexp.MustCompile(`^the largest peak of the lead time cannot be foretold$`), "无法预测交付周期内的最大峰值"},
	{regexp.MustCompile(`^no device reports now, so there is nothing to scale from$`), "目前没有设备上报，无从推算"},
	{regexp.MustCompile(`^no load was ever reported$`), "从未上报负载"},
	{regexp.MustCompile(`^no load since (.+)$`), "自 $1 起没有负载数据"},
}

// reasonIn says why a module is left out; what nobody has translated stays as it is.
func reasonIn(reason, language string) string {
	if language != Chinese {
		return reason
	}
	for _, r := range reasons {
		if r.english.MatchString(reason) {
			return r.english.ReplaceAllString(reason, r.chinese)
		}
	}
	return reason
}
