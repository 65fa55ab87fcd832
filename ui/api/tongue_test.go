package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"headroom/internal/phrases"
)

func TestTongue(t *testing.T) {
	f := func(query, header, want string) {
		t.Helper()
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequest(http.MethodGet, "/x"+query, nil)
		c.Request.Header.Set("Accept-Language", header)
		if got := tongue(c); got != want {
			t.Errorf("%q, Accept-Language %q: %s; want %s", query, header, got, want)
		}
	}
	f("", "", "en")
	f("", "zh-CN,zh;q=0.9,en;q=0.8", "zh")
	f("", "en-GB, zh;q=0.9", "en")
	f("?lang=zh", "en", "zh")
	f("?lang=en", "zh", "en")
	f("?lang=fr", "zh", "en")
}

// A table is kept in each language, and its tag is of one.
func TestTablesInChinese(t *testing.T) {
	opts, _ := options(t)
	s := New(opts)
	in := func(language, tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/growth", nil)
		r.Header.Set("Accept-Language", language)
		r.Header.Set("If-None-Match", tag)
		return ask(t, s, r)
	}
	english, chinese := in("en", ""), in("zh-CN", "")
	if again := in("en", ""); again.Body.String() != english.Body.String() || !strings.Contains(english.Body.String(), `"reason":"3 of 14 days"`) {
		t.Errorf("in English: %.300s", again.Body)
	}
	if text := chinese.Body.String(); !strings.Contains(text, `"reason":"仅有 3 天数据，需 14 天"`) || strings.Contains(text, "3 of 14 days") {
		t.Errorf("in Chinese: %.300s", text)
	}
	tag := chinese.Header().Get("ETag")
	if tag == english.Header().Get("ETag") || !strings.Contains(chinese.Header().Get("Vary"), "Accept-Language") {
		t.Errorf("%v", chinese.Header())
	}
	if in("zh", tag).Code != http.StatusNotModified || in("en", tag).Code != http.StatusOK {
		t.Error("a tag of one language is taken for the other")
	}
}

func TestSay(t *testing.T) {
	f := func(english, chinese string) {
		t.Helper()
		if got := string(say(phrases.Chinese, []byte(english))); got != chinese {
			t.Errorf("%s\n got %s\nwant %s", english, got, chinese)
		}
		if got := string(say(phrases.English, []byte(english))); got != english {
			t.Errorf("in English %s\nbecomes %s", english, got)
		}
	}
	f(`{"reason":"has lasted","state":"done","why":null,"n":1}`, `{"reason":"已持续","state":"done","why":null,"n":1}`)
	f(`{"data":[{"reason":"no load since 2026-11-28 03:00"},{"reason":"said \"so\""}]}`, `{"data":[{"reason":"自 2026-11-28 03:00 起没有负载数据"},{"reason":"said \"so\""}]}`)
	f(`{"reason":"told to \"a\"","x":"reason","y":"has lasted"}`, `{"reason":"已通知 \"a\"","x":"reason","y":"has lasted"}`)
	// What a machine has is a name or a version, unless it is in words.
	f(`{"declared":"2 or more","found":"search","reason":"it is not installed"}`, `{"declared":"2 个或更多","found":"search","reason":"没有安装"}`)
	// What others said is theirs, however deep, and a sentence behind it is ours again.
	f(`{"inputs":{"reason":"has lasted","in":[{"reason":"has } lasted"}]},"reason":"has lasted"}`, `{"inputs":{"reason":"has lasted","in":[{"reason":"has } lasted"}]},"reason":"已持续"}`)
	f(`{"reason":["has lasted"],"a":{"reason":"has lasted"}}`, `{"reason":["has lasted"],"a":{"reason":"已持续"}}`)
}

// Whatever is in an answer, it stays JSON, and the same but for its sentences.
func FuzzSay(f *testing.F) {
	f.Add("has lasted", "y")
	f.Add("a\"\\\n} ]", "inputs")
	f.Fuzz(func(t *testing.T, value, key string) {
		b, err := marshal([]any{map[string]string{key: value}, map[string]string{"reason": value}, map[string]any{"labels": []string{value, key}}, value})
		if err != nil {
			t.Skip()
		}
		var before, after []any
		if json.Unmarshal(b, &before) != nil || json.Unmarshal(say(phrases.Chinese, b), &after) != nil {
			t.Fatalf("%s becomes %s", b, say(phrases.Chinese, b))
		}
		if !slices.Contains(slices.Concat(sentences, stock), key) && !reflect.DeepEqual(before[0], after[0]) || !reflect.DeepEqual(before[2:], after[2:]) {
			t.Errorf("%v becomes %v", before, after)
		}
	})
}
