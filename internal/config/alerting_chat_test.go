package config

import (
	"testing"
)

func TestChatUsersAndSecrets(t *testing.T) {
	c, err := Parse([]byte(`
alerting:
  chat:
    users:
      - {chat: "slack:U123", name: ann, role: operator, paths: [Qzone/WNS]}
      - {chat: "wecom:李华", name: 李华, role: viewer}
    slack: {signing_secret: s3cret}
    wecom: {corp_id: ww1, token_file: /etc/token, aes_key: jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C}
    webhook: {secret_file: /etc/secret}
`), "headroom.yml")
	must(t, err)
	if u := c.Alerting.Chat.Users[0]; u.Chat != "slack:U123" || u.Paths[0] != "Qzone/WNS" {
		t.Errorf("%+v", u)
	}
}

func TestChatFaultsAreTold(t *testing.T) {
	_, err := Parse([]byte(`
alerting:
  chat:
    users:
      - {chat: "U123", role: admin}
      - {chat: "slack:U1", name: a, role: viewer, paths: ["a//b"]}
      - {chat: "slack:U1", name: b, role: viewer}
    slack: {signing_secret: s3cret, signing_secret_file: f}
    wecom: {aes_key: s3cret}
    webhook: {secret: s3cret, secret_file: f}
`), "headroom.yml")
	if err == nil {
		t.Fatal("no fault")
	}
	wantFaults(t, err,
		`headroom.yml:5: alerting.chat.users[0].chat: want slack:ID, wecom:ID or webhook:ID, found "U123"`,
		"users[0].name: want a name", `users[0].role: want one of viewer, operator, found "admin"`,
		"users[1].paths: want ids of nodes", "users[2].chat: want each identity once (users[1] has it)",
		"slack.signing_secret_file: want either", "webhook.secret_file: want either",
		"wecom.corp_id: want the id", "wecom.token: want the app's token", "wecom.aes_key: want an EncodingAESKey of 43",
	)
}
