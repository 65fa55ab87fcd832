package config

import (
	"fmt"
	"strings"
	"time"
)

func checkScrapeConfigs(k checker, jobs []ScrapeConfig) {
	taken := names{}
	for i, job := range jobs {
		at := k.item("scrape_configs", i)
		job.check(at)
		taken.own(at, "job_name", job.JobName, fmt.Sprintf("scrape_configs[%d]", i))
	}
}

func (s ScrapeConfig) check(k checker) {
	k.want(s.JobName != "", "job_name", "a name", "none")
	k.oneOf("scheme", s.Scheme, "http", "https")
	k.want(strings.HasPrefix(s.MetricsPath, "/"), "metrics_path", "a path that starts with /", fmt.Sprintf("%q", s.MetricsPath))
	k.between("scrape_interval", s.ScrapeInterval, Duration(time.Second), Duration(time.Hour))
	k.want(s.ScrapeTimeout > 0 && s.ScrapeTimeout <= s.ScrapeInterval, "scrape_timeout",
		fmt.Sprintf("up to the interval of %s", s.ScrapeInterval), s.ScrapeTimeout)
	k.want(len(s.StaticConfigs)+len(s.HTTPSDConfigs) > 0, "static_configs", "targets here or in http_sd_configs", "none")
	for i, group := range s.StaticConfigs {
		group.check(k.item("static_configs", i))
	}
	for i, sd := range s.HTTPSDConfigs {
		at := k.item("http_sd_configs", i)
		at.address("url", sd.URL)
		at.between("refresh_interval", sd.RefreshInterval, Duration(time.Second), day)
	}
}

func (s StaticConfig) check(k checker) {
	k.want(len(s.Targets) > 0, "targets", "at least one", "none")
	for _, target := range s.Targets {
		k.want(target != "" && !strings.Contains(target, "/"), "targets", "host:port", fmt.Sprintf("%q", target))
	}
	for label := range s.Labels {
		k.label("labels", label)
	}
}
