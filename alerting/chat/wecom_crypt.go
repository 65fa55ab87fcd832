package chat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"headroom/internal/config"
)

// wecom signs and encrypts as WeCom's callbacks do: the signature is the SHA-1 of
// token, time, nonce and the encrypted text, sorted and joined; the text is 16 random
// bytes, the message's length in four bytes, the message and the company's id, padded
// by PKCS #7 to 32 bytes and encrypted by AES-256-CBC, whose first vector is the
// beginning of the key. (SHA-1 and the reused vector are WeCom's choice.)
type wecom struct {
	corpID string
	token  string
	key    []byte
	block  cipher.Block
}

const wecomPad = 32

func newWeCom(corpID, token, encodingAESKey string) (*wecom, error) {
	key, err := config.WeComKey(encodingAESKey)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return &wecom{corpID, token, key, block}, nil
}

// sign computes msg_signature.
func (w *wecom) sign(timestamp, nonce, encrypted string) string {
	parts := []string{w.token, timestamp, nonce, encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func (w *wecom) genuine(signature, timestamp, nonce, encrypted string) bool {
	return subtle.ConstantTimeCompare([]byte(strings.ToLower(signature)), []byte(w.sign(timestamp, nonce, encrypted))) == 1
}

var errCipher = errors.New("the message cannot be decrypted: is alerting.chat.wecom.aes_key the app's?")

// decrypt returns the message in an encrypted text.
func (w *wecom) decrypt(encrypted string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errCipher
	}
	cipher.NewCBCDecrypter(w.block, w.key[:aes.BlockSize]).CryptBlocks(data, data)
	pad := int(data[len(data)-1])
	if pad < 1 || pad > wecomPad || pad > len(data) {
		return nil, errCipher
	}
	for _, b := range data[len(data)-pad:] {
		if int(b) != pad {
			return nil, errCipher
		}
	}
	data = data[:len(data)-pad]
	if len(data) < 20 {
		return nil, errCipher
	}
	n := uint64(binary.BigEndian.Uint32(data[16:20]))
	if n > uint64(len(data)-20) {
		return nil, errCipher
	}
	message, corpID := data[20:20+n], string(data[20+n:])
	if corpID != w.corpID {
		return nil, errors.New("the message is for another company than alerting.chat.wecom.corp_id")
	}
	return message, nil
}

// encrypt is the other way round.
func (w *wecom) encrypt(message []byte) string {
	var b bytes.Buffer
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	b.Write(random)
	_ = binary.Write(&b, binary.BigEndian, uint32(len(message)))
	b.Write(message)
	b.WriteString(w.corpID)
	pad := wecomPad - b.Len()%wecomPad
	b.Write(bytes.Repeat([]byte{byte(pad)}, pad))
	data := b.Bytes()
	cipher.NewCBCEncrypter(w.block, w.key[:aes.BlockSize]).CryptBlocks(data, data)
	return base64.StdEncoding.EncodeToString(data)
}
