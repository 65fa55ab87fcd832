package settings

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"headroom/internal/yamlfile"
)

func TestAnEmptyFileIsTheDefault(t *testing.T) {
	for _, in := range []string{"", "# nothing\n", "server:\n"} {
		got, err := Parse([]byte(in), "f")
		if err != nil || !reflect.DeepEqual(got, Default()) {
			t.Errorf("%q: %+v, %v", in, got, err)
		}
	}
}

func TestEveryFaultIsToldWithItsLine(t *testing.T) {
	_, err := Parse([]byte(`server:
  url: http://headroom:7480
  write_url: https://u:secret@headroom/api/v1/write
  tls: {cert_file: a.pem}
node:
  name: "a b"
  addres: 10.0.0.1
limits:
  max_workers: 0
  commands: [bin/app, /opt/../bin/sh]
  max_memory: lots
cgroup: {root: ../x}
measure:
  slice: 3s
  interval: 10s
balance:
  agent: {listen: "7482"}
  proxies:
  - {module: m, kind: squid}
`), "node.yml")
	want := []string{
		`node.yml:2: server.url: want an https address, or http on this machine, found "http://headroom:7480"`,
		`node.yml:3: server.write_url: want an address without a password (see server.token_file and server.password_file), found "https://u:xxxxx@headroom/api/v1/write"`,
		`node.yml:4: server.tls: want cert_file and key_file together, found one of them`,
		`node.yml:6: node.name: want letters, digits, dot, _ and -, found "a b"`,
		`node.yml:7: node.addres: unknown key; known here: name, address, labels`,
		`node.yml:9: limits.max_workers: want 1 to 10000, found 0`,
		`node.yml:10: limits.commands: want absolute paths or patterns such as /opt/app/bin/*, found "bin/app"`,
		`node.yml:10: limits.commands: want absolute paths or patterns such as /opt/app/bin/*, found "/opt/../bin/sh"`,
		`node.yml:11: limits.max_memory: want a size such as 64MiB, found "lots"`,
		`node.yml:12: cgroup.root: want a name of letters, digits, _ and -, found "../x"`,
		`node.yml:15: measure.interval: want a multiple of the slice of 3s, found 10s`,
		`node.yml:17: balance.agent.listen: want host:port, got "7482"`,
		`node.yml:19: balance.proxies[0].kind: want haproxy, nginx or file_sd, got "squid"`,
	}
	if err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got\n%v\nwant\n%s", err, strings.Join(want, "\n"))
	}
}

func TestANodeHasATokenOrAPassword(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		_, err := Parse([]byte("server: {"+in+"}"), "f")
		if len(want) == 0 && err == nil {
			return
		}
		if err == nil || err.Error() != strings.Join(want, "\n") {
			t.Errorf("%s: got\n%v\nwant\n%s", in, err, strings.Join(want, "\n"))
		}
	}
	f("token_file: /t")
	f("username: nodes, password_file: /p")
	f("username: nodes", "f:1: server.username: want username and password_file together, found one of them")
	f("password_file: /p", "f:1: server.username: want username and password_file together, found one of them")
	f("token_file: /t, username: nodes, password_file: /p", "f:1: server.token_file: want either token_file or username with password_file, found both")
	f("username: 'a:b', password_file: /p", `f:1: server.username: want a name without a colon, found "a:b"`)
}

func TestTheServerMayBeOnThisMachineWithoutTLS(t *testing.T) {
	for _, url := range []string{"http://127.0.0.1:7480", "http://localhost:7480", "http://[::1]:7480", "https://headroom"} {
		if _, err := Parse([]byte("server: {url: '"+url+"'}"), "f"); err != nil {
			t.Error(err)
		}
	}
}

// What runs in there would be taken for workers that nobody wants.
func TestTheGroupsOfOthersAreNotOurs(t *testing.T) {
	_, err := Parse([]byte("cgroup: {root: docker}"), "node.yml")
	if err == nil || !strings.Contains(err.Error(), "node.yml:1: cgroup.root: want a name of its own") {
		t.Error(err)
	}
}

// keysOf lists every key below v with its default, as the page writes it.
func keysOf(v reflect.Value, prefix string, into map[string]string) {
	for i, name := range yamlfile.Fields(v.Type()) {
		field, key := v.Field(i), prefix+name
		if field.Kind() == reflect.Struct {
			keysOf(field, key+".", into)
			continue
		}
		into[key] = ""
		if !field.IsZero() {
			text, _ := yaml.Marshal(field.Interface())
			into[key] = "`" + strings.TrimSpace(string(text)) + "`"
		}
		if field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct {
			keysOf(reflect.New(field.Type().Elem()).Elem(), key+"[].", into)
		}
	}
}

var row = regexp.MustCompile("(?m)^\\| `([a-z_.\\[\\]]+)` \\| ([^|]*?) *\\|")

func TestEveryKeyIsDocumentedWithItsDefault(t *testing.T) {
	page, err := os.ReadFile("../../../docs/node.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		found[m[1]] = m[2]
	}
	want := map[string]string{}
	keysOf(reflect.ValueOf(Default()), "", want)
	for key, value := range want {
		if got, ok := found[key]; !ok || value != "" && got != value {
			t.Errorf("docs/node.md: %s is %q there; want %s", key, got, value)
		}
	}
	for key := range found {
		if _, ok := want[key]; !ok {
			t.Errorf("docs/node.md has %s, which is no key", key)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("server: {url: 'https://a'}"))
	f.Add([]byte("balance: {proxies: [{module: m, kind: nginx, path: /a}]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse(data, "f")
		if err == nil {
			if err := s.Validate(); err != nil {
				t.Fatalf("%q was read but is not valid: %v", data, err)
			}
		} else if !strings.HasPrefix(err.Error(), "f:") {
			t.Fatalf("%q: the fault does not name the file: %v", data, err)
		}
	})
}
