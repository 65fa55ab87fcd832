package state

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// States of deliveries.
const (
	DeliveryWaiting   = "waiting" // for its next attempt
	DeliveryDelivered = "delivered"
	DeliveryPartly    = "partly" // some of several people have it, the others will not get it
	DeliveryGivenUp   = "given_up"
)

// States of recipients.
const (
	RecipientWaiting = "waiting" // for the next attempt
	RecipientHas     = "delivered"
	RecipientRefused = "refused" // for good
	RecipientGivenUp = "given_up"
)

// ReportRecipient is one of several people to whom a delivery goes.
type ReportRecipient struct {
	Address string `json:"address"`
	State   string `json:"state"`
	Words   string `json:"words"` // the server's, when it refused the address last
}

// ReportDelivery is the way of a published report to somebody.
type ReportDelivery struct {
	Month    string
	N        int    // of the month, from 1 on
	Way      string // names to whom, and how
	Who      string // had it sent
	State    string
	Attempts int
	Error    string // of the newest attempt; empty: it went well, or there was none
	Asked    time.Time
	Next     time.Time // attempt; zero: none will be made
	Ended    time.Time // zero: while it waits

	Recipients []ReportRecipient // as of the newest attempt; nil: of a way to one, or none was made
}

// AddDeliveries notes that a published report is to be delivered.
func (r Reports) AddDeliveries(ctx context.Context, month string, ways []string, who string, at time.Time) error {
	err := r.db.transact(ctx, func(tx *sql.Tx) error { return addDeliveries(ctx, tx, month, ways, who, at) })
	if err != nil {
		return fmt.Errorf("note deliveries of the report of %s: %w", month, err)
	}
	return nil
}

func addDeliveries(ctx context.Context, tx *sql.Tx, month string, ways []string, who string, at time.Time) error {
	var last int
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(n), 0) FROM report_deliveries WHERE month = $1`, month).Scan(&last); err != nil {
		return err
	}
	for i, way := range ways {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO report_deliveries (month, n, way, who, state, attempts, error, asked_ms, next_ms, ended_ms)
			VALUES ($1, $2, $3, $4, $5, 0, '', $6, $6, 0)`, month, last+1+i, way, who, DeliveryWaiting, at.UnixMilli())
		if err != nil {
			return err
		}
	}
	return nil
}

const deliveryColumns = `SELECT month, n, way, who, state, attempts, error, asked_ms, next_ms, ended_ms, recipients FROM report_deliveries`

// Deliveries returns a month's deliveries in their order; of an empty month those of
// all months, the newest month first.
func (r Reports) Deliveries(ctx context.Context, month string) ([]ReportDelivery, error) {
	var c conditions
	c.equal("month", month)
	return list(ctx, r.db, "deliveries of reports", scanDelivery, deliveryColumns+c.where()+` ORDER BY month DESC, n`, c.args...)
}

// DueDeliveries returns those whose next attempt is due, the longest due first.
func (r Reports) DueDeliveries(ctx context.Context, now time.Time) ([]ReportDelivery, error) {
	return list(ctx, r.db, "due deliveries of reports", scanDelivery,
		deliveryColumns+` WHERE state = 'waiting' AND next_ms <= $1 ORDER BY next_ms, month, n`, now.UnixMilli())
}

// KeepDelivery writes down how far a delivery is.
func (r Reports) KeepDelivery(ctx context.Context, d ReportDelivery) error {
	people, err := writeRecipients(d.Recipients)
	if err != nil {
		return err
	}
	result, err := r.db.exec(ctx, `
		UPDATE report_deliveries SET state = $1, attempts = $2, error = $3, next_ms = $4, ended_ms = $5, recipients = $6 WHERE month = $7 AND n = $8`,
		d.State, d.Attempts, d.Error, milliOrZero(d.Next), milliOrZero(d.Ended), people, d.Month, d.N)
	if err == nil {
		var n int64
		if n, err = result.RowsAffected(); err == nil && n == 0 {
			err = errors.New("there is no such delivery")
		}
	}
	if err != nil {
		return fmt.Errorf("keep delivery %d of the report of %s: %w", d.N, d.Month, err)
	}
	return nil
}

func scanDelivery(rows *sql.Rows) (d ReportDelivery, err error) {
	var asked, next, ended int64
	var people string
	err = rows.Scan(&d.Month, &d.N, &d.Way, &d.Who, &d.State, &d.Attempts, &d.Error, &asked, &next, &ended, &people)
	d.Asked, d.Next, d.Ended = fromMillis(asked), fromMillis(next), fromMillis(ended)
	if err == nil && people != "" {
		err = json.Unmarshal([]byte(people), &d.Recipients)
	}
	return d, err
}

func writeRecipients(all []ReportRecipient) (string, error) {
	if all == nil {
		return "", nil
	}
	text, err := json.Marshal(all)
	return string(text), err
}
