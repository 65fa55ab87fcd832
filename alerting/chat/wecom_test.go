package chat

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The examples that WeCom publishes with its libraries for callbacks.
const (
	wecomEchoQuery = "wecom?msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589&nonce=263014780&echostr=P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D"
	wecomPostQuery = "wecom?msg_signature=477715d11cdb4164915debcba66cb864d751f3e6&timestamp=1409659813&nonce=1372623149"
	wecomPostBody  = "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><Encrypt><![CDATA[RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>"
)

func TestWeComsOwnExamples(t *testing.T) {
	w := newWorld(t)
	wantCode(t, w.request(http.MethodGet, wecomEchoQuery, ""), 401, "time") // it is of 2014
	w.now = time.Unix(1409659700, 0)
	if rec := w.request(http.MethodGet, wecomEchoQuery, ""); rec.Code != 200 || rec.Body.String() != "1616140317555161061" {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	wantCode(t, w.request(http.MethodGet, strings.Replace(wecomEchoQuery, "5c45", "5c46", 1), ""), 401, "signature")

	// The message says "hello"; ming is known by the user of the example.
	rec := w.request(http.MethodPost, wecomPostQuery, wecomPostBody)
	wantCode(t, rec, 200)
	reply := w.open(rec)
	if reply.MsgType.Text != "text" || reply.ToUserName.Text != "mycreate" || reply.FromUserName.Text != "wx5823bf96d3bd56c7" || !strings.Contains(reply.Content.Text, `no command "hello"`) {
		t.Errorf("%+v", reply)
	}

	// WeCom asks again when it has no answer in five seconds: an empty one ends that.
	if rec := w.request(http.MethodPost, wecomPostQuery, wecomPostBody); rec.Code != 200 || rec.Body.Len() != 0 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// open checks and decrypts a reply, as WeCom does.
func (w *world) open(rec *httptest.ResponseRecorder) (reply wecomReply) {
	w.Helper()
	var sealed wecomSealed
	if err := xml.Unmarshal(rec.Body.Bytes(), &sealed); err != nil {
		w.Fatalf("%v: %s", err, rec.Body)
	}
	crypt := w.secrets.wecom
	if !crypt.genuine(sealed.MsgSignature.Text, sealed.TimeStamp, sealed.Nonce.Text, sealed.Encrypt.Text) {
		w.Fatalf("the reply is not signed: %s", rec.Body)
	}
	plain, err := crypt.decrypt(sealed.Encrypt.Text)
	if err != nil {
		w.Fatal(err)
	}
	if err := xml.Unmarshal(plain, &reply); err != nil {
		w.Fatalf("%v: %s", err, plain)
	}
	return reply
}

// message is a message as WeCom sends it.
func (w *world) message(plain string) *httptest.ResponseRecorder {
	w.Helper()
	crypt := w.secrets.wecom
	encrypted, at := crypt.encrypt([]byte(plain)), strconv.FormatInt(w.now.Unix(), 10)
	query := url.Values{"msg_signature": {crypt.sign(at, "n", encrypted)}, "timestamp": {at}, "nonce": {"n"}}
	return w.request(http.MethodPost, "wecom?"+query.Encode(), "<xml><ToUserName><![CDATA[x]]></ToUserName><Encrypt><![CDATA["+encrypted+"]]></Encrypt></xml>")
}

func TestWeComMessages(t *testing.T) {
	w := newWorld(t)
	const head = "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><FromUserName><![CDATA[mycreate]]></FromUserName><CreateTime>1348831860</CreateTime>"
	text := func(id, content string) string {
		return head + "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[" + content + "]]></Content><MsgId>" + id + "</MsgId></xml>"
	}
	if got := w.open(w.message(text("1", "重启 push n9 因为]卡住"))).Content.Text; got != "ming asked for it: restart_workers of QQ/push on n9: done in 2 s" {
		t.Error(got)
	}
	if got := w.open(w.message(text("2", "alarms"))).Content.Text; !strings.HasPrefix(got, "3 alarms ring, 1 folded") {
		t.Error(got)
	}
	w.wantDid("restart QQ/push on n9 by ming: 因为]卡住")
	if rec := w.message(text("1", "重启 push n9")); rec.Code != 200 || rec.Body.Len() != 0 { // the same message again
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if rec := w.message(head + "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[enter_agent]]></Event></xml>"); rec.Code != 200 || rec.Body.Len() != 0 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	wantCode(t, w.message("no XML"), 400, "XML")
	wantCode(t, w.request(http.MethodPost, wecomPostQuery, "<xml"), 401, "signature")
	w.wantDid()
}

func TestWeComRefusesWhatIsNotItsOwn(t *testing.T) {
	w := newWorld(t)
	other, err := newWeCom("another company", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
	if err != nil {
		t.Fatal(err)
	}
	crypt := w.secrets.wecom
	if _, err := crypt.decrypt(other.encrypt([]byte("x"))); err == nil || !strings.Contains(err.Error(), "another company") {
		t.Error(err)
	}
	for _, bad := range []string{"", "!", "AAAA", base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 64))} {
		if _, err := crypt.decrypt(bad); err == nil {
			t.Errorf("%q was decrypted", bad)
		}
	}
}

// Every length comes back, also those that fill a block.
func TestWeComPadsEveryLength(t *testing.T) {
	w := newWorld(t)
	for n := range 100 {
		want := bytes.Repeat([]byte{'x'}, n)
		got, err := w.secrets.wecom.decrypt(w.secrets.wecom.encrypt(want))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: %q, %v", n, got, err)
		}
	}
}

func FuzzWeComDecrypt(f *testing.F) {
	crypt, err := newWeCom("c", "t", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(crypt.encrypt([]byte("hello")))
	f.Add("")
	f.Fuzz(func(t *testing.T, encrypted string) {
		if _, err := crypt.decrypt(encrypted); err != nil && err.Error() == "" {
			t.Error("an error that says nothing")
		}
	})
}
