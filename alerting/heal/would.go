package heal

import (
	"fmt"
	"net/url"
	"strings"
)

// maxWould is how long what a dry run says may be, in bytes.
const maxWould = 500

// would tells what a job would have done, without doing any of it.
func (j *job) would() string {
	if err := j.lacks(); err != nil {
		return shorten("would have failed: "+err.Error(), maxWould)
	}
	switch {
	case len(j.action.args) > 0:
		argv, err := j.argv()
		if err != nil {
			return shorten("would have failed: "+err.Error(), maxWould)
		}
		return shorten("would have run: "+strings.Join(argv, " "), maxWould)
	case j.action.Webhook.URL != "":
		return "would have asked " + host(j.action.Webhook.URL)
	case j.action.Flow.Name != "":
		if _, err := j.inputs(); err != nil {
			return shorten("would have failed: "+err.Error(), maxWould)
		}
		return shorten(fmt.Sprintf("would have run flow %s for %s", j.action.Flow.Name, j.target), maxWould)
	}
	return shorten(fmt.Sprintf("would have had the node daemon restart %s", j.workers()), maxWould)
}

// host is the part of an address that holds no secret.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "a webhook"
	}
	return u.Scheme + "://" + u.Host
}
