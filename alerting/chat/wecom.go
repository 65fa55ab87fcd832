package chat

import (
	"crypto/rand"
	"encoding/xml"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"headroom/storage/state"
)

// wecomWait is how long an answer may take: WeCom waits five seconds, then asks
// again.
const wecomWait = 4 * time.Second

// maxWeCom is how long a text may be, in bytes.
const maxWeCom = 2048

const wecomKeys = "alerting.chat.wecom.corp_id, token and aes_key"

// envelope is what WeCom sends.
type envelope struct {
	Encrypt string `xml:"Encrypt"`
}

// wecomMessage is what is in it.
type wecomMessage struct {
	ToUserName   string `xml:"ToUserName"`
	FromUserName string `xml:"FromUserName"`
	MsgType      string `xml:"MsgType"`
	Content      string `xml:"Content"`
	MsgID        string `xml:"MsgId"`
}

type cdata struct {
	Text string `xml:",cdata"`
}

// wecomReply is a text message as we answer it.
type wecomReply struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   cdata
	FromUserName cdata
	CreateTime   int64
	MsgType      cdata
	Content      cdata
}

// wecomSealed is the reply, encrypted.
type wecomSealed struct {
	XMLName      xml.Name `xml:"xml"`
	Encrypt      cdata
	MsgSignature cdata
	TimeStamp    string
	Nonce        cdata
}

// wecomEcho answers WeCom's question whether this is the app's server.
func (s *Service) wecomEcho(c *gin.Context) {
	if plain, ok := s.unsealed(c, c.Query("echostr")); ok {
		c.Data(http.StatusOK, "text/plain; charset=utf-8", plain)
	}
}

// wecom answers a message.
func (s *Service) wecom(c *gin.Context) {
	const chat = "wecom"
	body, ok := s.body(c, chat)
	if !ok {
		return
	}
	var e envelope
	if err := xml.Unmarshal(body, &e); err != nil {
		e.Encrypt = "" // its signature will be wrong
	}
	plain, ok := s.unsealed(c, e.Encrypt)
	if !ok {
		return
	}
	var m wecomMessage
	if err := xml.Unmarshal(plain, &m); err != nil {
		s.unreadable(c, chat, "want a message as XML")
		return
	}
	if m.MsgType != "text" || m.FromUserName == "" { // somebody opened the app, a picture
		c.Status(http.StatusOK)
		return
	}
	id := m.MsgID
	if id == "" {
		id = strings.ToLower(c.Query("msg_signature"))
	}
	r := Request{ID: chat + ":" + id, Chat: chat, User: m.FromUserName, Text: m.Content}
	answer, err := s.within(r, wecomWait, nil)
	if err != nil {
		if errors.Is(err, state.ErrAskedBefore) { // an empty answer: do not ask for a third time
			s.refused.WithLabelValues(chat, isRepeated).Inc()
			c.Status(http.StatusOK)
			return
		}
		s.undone(c, chat, err)
		return
	}
	s.seal(c, wecomReply{
		ToUserName: cdata{m.FromUserName}, FromUserName: cdata{m.ToUserName}, CreateTime: s.Now().Unix(),
		MsgType: cdata{"text"}, Content: cdata{shorten(answer.Text, maxWeCom)},
	})
}

// unsealed decrypts a genuine text, or answers why not.
func (s *Service) unsealed(c *gin.Context, encrypted string) ([]byte, bool) {
	const chat = "wecom"
	w := s.secrets.wecom
	if w == nil {
		s.off(c, chat, wecomKeys)
		return nil, false
	}
	at := c.Query("timestamp")
	if !w.genuine(c.Query("msg_signature"), at, c.Query("nonce"), encrypted) {
		s.unsigned(c, chat)
		return nil, false
	}
	if !inTime(at, s.Now()) {
		s.untimely(c, chat)
		return nil, false
	}
	plain, err := w.decrypt(encrypted)
	if err != nil {
		s.unreadable(c, chat, err.Error())
		return nil, false
	}
	return plain, true
}

// seal answers a reply, encrypted and signed.
func (s *Service) seal(c *gin.Context, reply wecomReply) {
	plain, err := xml.Marshal(reply)
	if err != nil {
		s.unreadable(c, "wecom", "the answer cannot be written as XML")
		return
	}
	w := s.secrets.wecom
	encrypted, at, nonce := w.encrypt(plain), strconv.FormatInt(s.Now().Unix(), 10), rand.Text()
	c.XML(http.StatusOK, wecomSealed{
		Encrypt: cdata{encrypted}, MsgSignature: cdata{w.sign(at, nonce, encrypted)}, TimeStamp: at, Nonce: cdata{nonce},
	})
}
