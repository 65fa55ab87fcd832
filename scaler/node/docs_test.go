package node

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"headroom/scaler/node/settings"
)

var yamlBlock = regexp.MustCompile("(?ms)^( *)```yaml\n(.*?)^ *```")

func TestExamplesOfThePageAreValid(t *testing.T) {
	page, err := os.ReadFile("../../docs/node.md")
	must(t, err)
	blocks := yamlBlock.FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 3 {
		t.Fatalf("found %d examples; want a desired state, a configuration, and that of tasks", len(blocks))
	}
	text := func(i int) []byte {
		return []byte(strings.ReplaceAll("\n"+blocks[i][2], "\n"+blocks[i][1], "\n"))
	}
	if _, err := parseFile(text(0), "n1"); err != nil {
		t.Error(err)
	}
	for i := 1; i < len(blocks); i++ {
		if _, err := settings.Parse(text(i), "docs/node.md"); err != nil {
			t.Error(err)
		}
	}
	if _, err := settings.Load("../../deploy/node/headroom-node.yml"); err != nil {
		t.Error(err)
	}
}
