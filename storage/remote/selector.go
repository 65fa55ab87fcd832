package remote

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"

	"headroom/storage"
)

// named is a matcher that every series meets: stores refuse selectors of which
// all matchers would match a series without labels.
var named = storage.Matcher{Op: storage.NotEqual, Name: storage.MetricName}

// selective adds what makes the matchers acceptable to a store.
func selective(matchers []storage.Matcher) []storage.Matcher {
	for _, m := range matchers {
		if !m.Matches("") {
			return matchers
		}
	}
	return append(matchers[:len(matchers):len(matchers)], named)
}

// selector writes the matchers in PromQL.
func selector(matchers []storage.Matcher) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range selective(matchers) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(labelName(m.Name))
		b.WriteString(m.Op.String())
		b.WriteString(strconv.Quote(m.Value))
	}
	b.WriteByte('}')
	return b.String()
}

// exactly selects the series with these labels and those with more.
func exactly(labels []storage.Label) string {
	matchers := make([]storage.Matcher, len(labels))
	for i, l := range labels {
		matchers[i] = storage.Eq(l.Name, l.Value)
	}
	return selector(matchers)
}

// labelName quotes a name that is not one of the classic ones.
func labelName(name string) string {
	if model.LegacyValidation.IsValidLabelName(name) {
		return name
	}
	return strconv.Quote(name)
}

// Times that all stores take: the years 1970 to 2200, in milliseconds.
// VictoriaMetrics reads a start of 0 as five minutes ago.
const (
	firstTime = 1
	lastTime  = 7_258_118_400_000
)

// seconds writes a time as the APIs want it.
func seconds(ms int64) string {
	return strconv.FormatFloat(float64(min(max(ms, firstTime), lastTime))/1000, 'f', 3, 64)
}

// params are those of a selection for the APIs of labels, series and export.
func params(matchers []storage.Matcher, r storage.TimeRange) url.Values {
	return url.Values{"match[]": {selector(matchers)}, "start": {seconds(r.From)}, "end": {seconds(r.To)}}
}
