package shipped_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"headroom/scaler/flow/document"
)

var yamlBlock = regexp.MustCompile("(?s)\n```yaml\n(.*?)```")

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/flows.md")
	must(t, err)
	return string(text)
}

func TestTheDocumentationsExampleIsGood(t *testing.T) {
	blocks := yamlBlock.FindAllStringSubmatch(page(t), -1)
	if len(blocks) != 1 {
		t.Fatalf("%d examples", len(blocks))
	}
	if _, err := document.Load([]byte(blocks[0][1]), "docs/flows.md", catalog()); err != nil {
		t.Error(err)
	}
}

func TestTheDocumentationHasAllShippedFlowsAndLimits(t *testing.T) {
	text := strings.Join(strings.Fields(page(t)), " ")
	for _, f := range flows(t) {
		if !strings.Contains(text, fmt.Sprintf("### `%s`", f.Name)) {
			t.Errorf("flow %s is not there", f.Name)
		}
	}
	for _, limit := range []string{
		fmt.Sprintf("%d KiB and %d steps", document.MaxBytes>>10, document.MaxSteps), "up to 10,000 elements",
	} {
		if !strings.Contains(text, limit) {
			t.Errorf("it does not say %q", limit)
		}
	}
	if document.MaxElements != 10_000 || document.MaxDepth != 4 {
		t.Error("the page has other limits")
	}
}
