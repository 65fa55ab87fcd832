package heal

import (
	"strings"
	"testing"
	"time"
)

func TestDurationsReadAsPeopleSayThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 440 * time.Millisecond: "0.4 s", 2 * time.Second: "2 s", 9990 * time.Millisecond: "10 s", 12600 * time.Millisecond: "13 s",
		time.Minute: "1 min", 59600 * time.Millisecond: "1 min", 90 * time.Second: "1 min 30 s", time.Hour: "1 h", 61 * time.Minute: "1 h 1 min", 48 * time.Hour: "48 h",
	} {
		if got := short(d); got != want {
			t.Errorf("%s reads %q; want %q", d, got, want)
		}
	}
}

func TestOutputsAreTexts(t *testing.T) {
	var out tail
	_, _ = out.Write([]byte("a\x00b\xffc"))
	if got := out.String(); got != "a�b�c" {
		t.Errorf("%q", got)
	}
	if got := shorten(strings.Repeat("上", 10), 10); got != "上上上…" {
		t.Errorf("%q", got)
	}
	if got := lastLine("first\n last \n\n"); got != "last" {
		t.Errorf("%q", got)
	}
}
