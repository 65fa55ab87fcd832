package builtin

import (
	"net/http"
	"strings"
	"testing"
)

// What a cloud tells a machine of its secrets is nothing for the outputs of a step.
func TestLinkLocalAddressesAreNotAsked(t *testing.T) {
	for _, url := range []string{"http://169.254.169.254/latest", "http://[::ffff:169.254.169.254]/", "http://[fe80::1%25lo]/"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		client := NewClient()
		client.Transport.(*http.Transport).Proxy = nil
		resp, err := client.Do(r)
		if err == nil {
			_ = resp.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "link-local") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
