package config

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// Chat says who may ask Headroom by chat, and how their requests are known to be
// genuine. A chat without its secret is off.
type Chat struct {
	ListenAddress string `yaml:"listen_address"` // for chat alone; empty: beside the API

	Users   []ChatUser  `yaml:"users"`
	Slack   ChatSlack   `yaml:"slack"`
	WeCom   ChatWeCom   `yaml:"wecom"`
	Webhook ChatWebhook `yaml:"webhook"`
}

// ChatUser is a person in a chat.
type ChatUser struct {
	Chat  string   `yaml:"chat"`  // as slack:U123, wecom:lihua or webhook:ann
	Name  string   `yaml:"name"`  // as it is written down
	Role  string   `yaml:"role"`  // viewer or operator
	Paths []string `yaml:"paths"` // nodes of the business tree that it is good for; none: all
}

// Roles of people in a chat. An operator may do what a viewer may.
const (
	Viewer   = "viewer"
	Operator = "operator"
)

// ChatSlack is an app in Slack.
type ChatSlack struct {
	SigningSecret     Secret `yaml:"signing_secret"`
	SigningSecretFile string `yaml:"signing_secret_file"`
}

// ChatWeCom is an app in WeCom that receives messages.
type ChatWeCom struct {
	CorpID     string `yaml:"corp_id"`
	Token      Secret `yaml:"token"`
	TokenFile  string `yaml:"token_file"`
	AESKey     Secret `yaml:"aes_key"` // EncodingAESKey
	AESKeyFile string `yaml:"aes_key_file"`
}

// ChatWebhook is any program that passes on what people write.
type ChatWebhook struct {
	Secret     Secret `yaml:"secret"`
	SecretFile string `yaml:"secret_file"`
}

func defaultChat() Chat { return Chat{Users: []ChatUser{}} }

func (c Chat) check(k checker) {
	k.listen("listen_address", c.ListenAddress)
	seen := map[string]int{}
	for i, u := range c.Users {
		user := k.item("users", i)
		first, twice := seen[u.Chat]
		user.want(!twice, "chat", fmt.Sprintf("each identity once (users[%d] has it)", first), fmt.Sprintf("%q", u.Chat))
		seen[u.Chat] = i
		u.check(user)
	}
	secret := func(k checker, name string, s Secret, file string) {
		k.want(s == "" || file == "", name+"_file", "either "+name+" or "+name+"_file", "both")
	}
	secret(k.at("slack"), "signing_secret", c.Slack.SigningSecret, c.Slack.SigningSecretFile)
	secret(k.at("webhook"), "secret", c.Webhook.Secret, c.Webhook.SecretFile)
	w, wecom := c.WeCom, k.at("wecom")
	secret(wecom, "token", w.Token, w.TokenFile)
	secret(wecom, "aes_key", w.AESKey, w.AESKeyFile)
	if w == (ChatWeCom{}) {
		return
	}
	wecom.want(w.CorpID != "", "corp_id", "the id of the company", "none")
	wecom.want(w.Token != "" || w.TokenFile != "", "token", "the app's token", "none")
	wecom.want(w.AESKey != "" || w.AESKeyFile != "", "aes_key", "the app's EncodingAESKey", "none")
	if w.AESKey != "" {
		_, err := WeComKey(string(w.AESKey))
		wecom.want(err == nil, "aes_key", "an EncodingAESKey of 43 letters and digits", "another text")
	}
}

// WeComKey decodes an EncodingAESKey to the 32 bytes that it stands for.
func WeComKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text + "=")
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("an EncodingAESKey has 43 letters and digits")
	}
	return key, nil
}

func (u ChatUser) check(k checker) {
	chat, id, _ := strings.Cut(u.Chat, ":")
	ok := id != "" && (chat == "slack" || chat == "wecom" || chat == "webhook")
	k.want(ok, "chat", "slack:ID, wecom:ID or webhook:ID", fmt.Sprintf("%q", u.Chat))
	k.want(u.Name != "", "name", "a name", "none")
	k.oneOf("role", u.Role, Viewer, Operator)
	for _, path := range u.Paths {
		k.want(path != "" && isNodeID(path), "paths", "ids of nodes of the business tree, as Qzone/WNS", fmt.Sprintf("%q", path))
	}
}
