package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ChatCommand is what a person asked for by chat.
type ChatCommand struct {
	Request  string // names the request: the same if it is sent again
	At       time.Time
	Chat     string // who they are in the chat, as slack:U123
	Who      string // who they are here; empty: nobody that is known
	Verb     string
	Text     string
	Answered time.Time // zero: not yet, or Headroom ended meanwhile
	Result   string    // done, refused or failed; empty: see Answered
	Answer   string
}

// ErrAskedBefore means that a request came a second time.
var ErrAskedBefore = errors.New("this request came before")

// Chat is what people asked for by chat.
type Chat struct{ db *DB }

// Chat gives access to what people asked for by chat.
func (db *DB) Chat() Chat { return Chat{db} }

// Begin writes down a request before it is done. The error is ErrAskedBefore if it
// is there already.
func (c Chat) Begin(ctx context.Context, cmd ChatCommand) error {
	result, err := c.db.exec(ctx, `
		INSERT INTO chat_commands (request, at_ms, chat, who, verb, text, answered_ms, result, answer)
		VALUES ($1, $2, $3, $4, $5, $6, 0, '', '') ON CONFLICT (request) DO NOTHING`,
		cmd.Request, cmd.At.UnixMilli(), cmd.Chat, cmd.Who, cmd.Verb, cmd.Text)
	if err != nil {
		return fmt.Errorf("write down a request by chat: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, ErrAskedBefore)
	}
	return nil
}

// Finish writes down what was answered.
func (c Chat) Finish(ctx context.Context, request string, at time.Time, result, answer string) error {
	_, err := c.db.exec(ctx, `UPDATE chat_commands SET answered_ms = $1, result = $2, answer = $3 WHERE request = $4`,
		at.UnixMilli(), result, answer, request)
	if err != nil {
		return fmt.Errorf("write down an answer by chat: %w", err)
	}
	return nil
}

// List returns the requests from ≤ at < to, the newest first, at most limit.
func (c Chat) List(ctx context.Context, from, to time.Time, limit int) ([]ChatCommand, error) {
	return list(ctx, c.db, "requests by chat", scanChatCommand, `
		SELECT request, at_ms, chat, who, verb, text, answered_ms, result, answer FROM chat_commands
		WHERE at_ms >= $1 AND at_ms < $2 ORDER BY at_ms DESC, request LIMIT $3`, from.UnixMilli(), to.UnixMilli(), limit)
}

func scanChatCommand(rows *sql.Rows) (cmd ChatCommand, err error) {
	var at, answered int64
	err = rows.Scan(&cmd.Request, &at, &cmd.Chat, &cmd.Who, &cmd.Verb, &cmd.Text, &answered, &cmd.Result, &cmd.Answer)
	cmd.At, cmd.Answered = fromMillis(at), fromMillis(answered)
	return cmd, err
}

// Forget removes the requests from before a time, and tells how many.
func (c Chat) Forget(ctx context.Context, before time.Time) (int64, error) {
	result, err := c.db.exec(ctx, `DELETE FROM chat_commands WHERE at_ms < $1`, before.UnixMilli())
	if err != nil {
		return 0, fmt.Errorf("remove old requests by chat: %w", err)
	}
	return result.RowsAffected()
}
