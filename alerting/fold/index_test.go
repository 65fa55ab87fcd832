package fold

import (
	"fmt"
	"slices"
	"testing"

	"github.com/prometheus/common/model"

	"headroom/alerting/alarm"
	"headroom/internal/config"
	"headroom/storage/fleet"
)

func TestIndexFindsWhatIsDeclared(t *testing.T) {
	cfg := config.Default().Alerting.Fold
	cfg.Components = []config.Component{
		{Kind: "proxy", Name: "pool-7", Owner: "proxies", Modules: []string{"Qzone/WNS", "Mail/SMTP/db"}},
		{Kind: "upstream", Name: "Pay/core/risk", Modules: []string{"Shop"}},
		{Kind: "package", Name: "libnet 4", Match: `pkg="libnet", version=~"4.*"`},
		{Kind: "grid", Name: "east", Match: `zone=~"e.*"`},
	}
	x := NewIndex(cfg, []Learned{{Name: "Qzone/WNS/web", Modules: []string{"Qzone/WNS/web", "Mail/SMTP/db"}}})
	f := func(labels model.LabelSet, path string, want ...string) {
		t.Helper()
		p, err := fleet.ParseID(path)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range x.Of(labels, p, "") {
			got = append(got, c.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v at %q: %q, want %q", labels, path, got, want)
		}
	}
	f(nil, "")
	f(nil, "Qzone/WNS/web", "proxy pool-7", "learned Qzone/WNS/web")
	f(nil, "Qzone/WNS", "proxy pool-7")
	f(nil, "Qzone/WNSX/web")
	f(nil, "Mail/SMTP/db", "proxy pool-7", "learned Qzone/WNS/web")
	f(nil, "Shop/cart/web", "upstream Pay/core/risk")
	f(nil, "Pay/core/risk", "upstream Pay/core/risk")
	f(model.LabelSet{"pkg": "libnet", "version": "4.1"}, "", "package libnet 4")
	f(model.LabelSet{"pkg": "libnet", "version": "5.1"}, "")
	f(model.LabelSet{"zone": "e4"}, "", "grid east")
	f(model.LabelSet{"proxy": "pool-9", "package": "libc"}, "Shop", "proxy pool-9", "package libc", "upstream Pay/core/risk")
	f(model.LabelSet{"proxy": "pool-7"}, "Qzone/WNS/web", "proxy pool-7", "learned Qzone/WNS/web")

	if got := x.Owner(alarm.Component{Kind: "proxy", Name: "pool-7"}); got != "proxies" {
		t.Errorf("owner %q", got)
	}
}

// The time of a look-up does not grow with what is declared.
func BenchmarkIndex(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("declared=%d", n), func(b *testing.B) {
			cfg := config.Default().Alerting.Fold
			for i := range n {
				cfg.Components = append(cfg.Components,
					config.Component{Kind: "proxy", Name: fmt.Sprint(i), Modules: []string{fmt.Sprintf("b/p/m%d", i)}},
					config.Component{Kind: "pool", Name: fmt.Sprint(i), Match: fmt.Sprintf(`pool="%d", zone=~"a.*"`, i)})
			}
			x := NewIndex(cfg, nil)
			labels := model.LabelSet{"alertname": "Slow", "pool": "7", "zone": "a1", "severity": "warning", "node": "n1"}
			path := fleet.Path{"b", "p", "m3"}
			b.ReportAllocs()
			for b.Loop() {
				if len(x.Of(labels, path, "n1")) != 2 {
					b.Fatal("lost")
				}
			}
		})
	}
}
