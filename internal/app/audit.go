package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/doctor"
)

// How the audit log is sent on.
const (
	auditEvery  = time.Second
	auditWithin = 10 * time.Second
	auditLease  = 30 * time.Second
)

// auditStream returns what sends the audit log on; nil where it is sent nowhere.
func (c *Core) auditStream() (*audit.Stream, error) {
	o := c.Config.Audit
	if o.Syslog == "" {
		return nil, nil
	}
	target, err := audit.ParseTarget(o.Syslog)
	if err != nil {
		return nil, fmt.Errorf("audit.syslog: %w", err)
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CAFile != "" {
		text, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("audit.ca_file: %w", err)
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(text) {
			return nil, errors.New("audit.ca_file: there is no certificate in it")
		}
	}
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	return &audit.Stream{
		Queue: c.DB.Audit, Sender: &audit.Sender{Target: target, Host: host, TLS: conf, Within: auditWithin}, Every: auditEvery, Now: c.Now, Log: c.Log,
		Hold: func(ctx context.Context) (bool, error) {
			return c.DB.Leases.Hold(ctx, "audit "+target.String(), c.DB.Self(), auditLease)
		},
	}, nil
}

// pruneAudit deletes what of the audit log is older than it is kept.
func (c *Core) pruneAudit(ctx context.Context) error {
	if c.Config.Audit.Keep == 0 {
		return nil
	}
	orgs, err := c.DB.Audit.Orgs(ctx)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		if _, err := c.DB.Audit.Prune(ctx, org, c.Now().Add(-c.Config.Audit.Keep)); err != nil {
			return fmt.Errorf("organization %s: %w", org, err)
		}
	}
	return nil
}

// VerifyAudit looks at the audit log of every organization, and at the server's own,
// and calls said with what came of each.
func (c *Base) VerifyAudit(ctx context.Context, said func(slug string, r audit.Report)) error {
	orgs, err := c.DB.Audit.Orgs(ctx)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		slug := "(server)"
		if org != "" {
			o, err := c.DB.Organizations.Get(ctx, org)
			if err != nil {
				return err
			}
			slug = o.Slug
		}
		r, err := c.DB.Audit.Verify(ctx, org)
		if err != nil {
			return err
		}
		said(slug, r)
	}
	return nil
}

// NoteBackup tells in the server's own log that a backup was written: how is "file" or
// "archive".
func (c *Base) NoteBackup(ctx context.Context, how string, rows int64) error {
	return c.DB.Audit.Add(ctx, "", audit.Note{Action: doctor.BackupWritten, Detail: map[string]any{"how": how, "rows": rows}})
}
