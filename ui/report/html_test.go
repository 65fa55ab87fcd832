package report

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	darkStyle = regexp.MustCompile(`(?s)@media screen and \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}`)
	lightRoot = regexp.MustCompile(`(?m)^:root \{(.*?)\}`)
	color     = regexp.MustCompile(`--(\w+): #([0-9a-f]{6});`)
	anyColor  = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`)
)

// luminance is that of WCAG 2, from 0 to 1.
func luminance(hex string) float64 {
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		panic(err)
	}
	part := func(shift uint) float64 {
		v := float64(n>>shift&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Text of the page can be read by day and by night (WCAG 2 AA), and so can its charts.
func TestThePageHasContrastLightAndDark(t *testing.T) {
	for name, style := range map[string]*regexp.Regexp{"light": lightRoot, "dark": darkStyle} {
		found := style.FindStringSubmatch(pageText)
		if found == nil {
			t.Fatalf("there is no %s version", name)
		}
		colors := map[string]string{}
		for _, m := range color.FindAllStringSubmatch(found[1], -1) {
			colors[m[1]] = m[2]
		}
		if len(colors) != 7 {
			t.Errorf("%s has the colours %v", name, colors)
		}
		for _, text := range []string{"ink", "soft", "accent", "warm"} {
			if c := contrast(colors[text], colors["surface"]); c < 4.5 {
				t.Errorf("%s: %s has a contrast of %.2f", name, text, c)
			}
			if c := contrast(colors[text], colors["band"]); c < 3 {
				t.Errorf("%s: a line of %s has a contrast of %.2f on the band", name, text, c)
			}
		}
		if (luminance(colors["surface"]) > 0.5) != (name == "light") {
			t.Errorf("%s is on #%s", name, colors["surface"])
		}
	}
	// A colour that has no name would be the same by night, and the page asks nobody for anything.
	rest := lightRoot.ReplaceAllString(darkStyle.ReplaceAllString(pageText, ""), "")
	if c := anyColor.FindString(rest); c != "" {
		t.Errorf("%s is in no palette", c)
	}
	for _, outside := range []string{"http:", "https:", "url(", "@import", "src="} {
		if strings.Contains(rest, outside) {
			t.Errorf("the page has %q", outside)
		}
	}
}
