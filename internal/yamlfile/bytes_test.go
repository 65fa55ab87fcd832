package yamlfile

import (
	"testing"
)

func TestParseBytes(t *testing.T) {
	f := func(in string, want Bytes, text string) {
		t.Helper()
		got, err := ParseBytes(in)
		if err != nil || got != want || got.String() != text {
			t.Errorf("ParseBytes(%q) = %d (%s), %v; want %d (%s)", in, got, got, err, want, text)
		}
	}
	f("0", 0, "0B")
	f("1000", 1000, "1000B")
	f("64MiB", 64<<20, "64MiB")
	f("1GB", 1<<30, "1GiB") // as in Prometheus
	f("1.5KiB", 1536, "1536B")
	f("7PB", 7<<50, "7PiB")

	for _, in := range []string{"", "MiB", "1XB", "-1", "1e30", "NaN", "9000PiB", "1 GB", "1BB", "1iB"} {
		if got, err := ParseBytes(in); err == nil {
			t.Errorf("ParseBytes(%q) = %d; want an error", in, got)
		}
	}
}
