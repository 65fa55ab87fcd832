package config

import (
	"strings"
	"testing"
	"time"
)

func TestAccessIsOffWithoutItsSection(t *testing.T) {
	c, err := Parse([]byte("timezone: UTC"), "")
	must(t, err)
	if c.Access.On() {
		t.Errorf("%+v", c.Access)
	}
	c, err = Parse([]byte("access: {grants: [{subject: 'user:ann', role: admin}]}"), "")
	must(t, err)
	if a := c.Access; !a.On() || a.Default != Viewer || a.Anonymous != NoRole || a.Ingest != OpenIngest {
		t.Errorf("%+v", a)
	}
}

func TestFaultsOfAccessAreAllTold(t *testing.T) {
	_, err := Parse([]byte(`access:
  default: root
  anonymous: operator
  ingest: closed
  grants:
    - {subject: ann, role: admin, path: a}
    - {subject: 'user:', role: owner}
    - {subject: 'team:x', role: viewer, path: a//b, until: tomorrow}
  oidc: {issuer: example, scopes: [email], client_secret: x, client_secret_file: y, username_claim: '', session: 1m}
`), "f")
	for _, want := range []string{
		"f:2: access.default", "f:3: access.anonymous", "f:4: access.ingest", "f:5: access.grants: want a grant of role admin",
		"f:6: access.grants[0].subject", "f:7: access.grants[1].subject", "access.grants[1].role", "f:8: access.grants[2].subject", "access.grants[2].path",
		"access.grants[2].until", "access.oidc.issuer", "access.oidc.client_id", "access.oidc.client_secret_file", "access.oidc.scopes", "access.oidc.username_claim", "access.oidc.session",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	if _, err := Parse([]byte("access:"), "f"); err == nil || !strings.Contains(err.Error(), "nobody could give roles") {
		t.Error(err)
	}
	if _, err := Parse([]byte("access: {default: '', grants: [{subject: 'user:a', role: admin}]}"), "f"); err == nil || !strings.Contains(err.Error(), "access.default") {
		t.Error(err)
	}
}

func TestEndOfAGrant(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	for until, want := range map[string]string{"2027-01-31": "2027-01-31T16:00:00Z", "2027-01-31T18:00:00+08:00": "2027-01-31T10:00:00Z"} {
		got, err := AccessGrant{Until: until}.End(zone)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: %v %v; want %s", until, got, err, want)
		}
	}
}
