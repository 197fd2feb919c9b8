// Package trial runs the cases that stand beside a connector's file: it plays
// the system outside on this machine, lets the engine make the calls over real
// connections, and says what differs.
package trial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/egress"
	"sallyport/internal/quota"
	"sallyport/internal/secret"
	"sallyport/internal/value"
)

// CaseError is a case that did not hold.
type CaseError struct {
	File  string
	Line  int
	Case  string
	Fault string
}

func (f CaseError) Error() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.Case, f.Fault)
}

// Run runs the cases of a connector on a shelf, which a folder laid out like
// package content holds. The failures come joined; each is a [CaseError]. Each
// watcher sees every request that arrives, with the name of its case.
func Run(ctx context.Context, folder fs.FS, shelf *connector.Shelf, id string, watchers ...Watcher) error {
	cases, err := ReadCases(folder, id)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "trial-")
	if err != nil {
		return fmt.Errorf("make a keyring to try with: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	keyring, err := secret.Open(filepath.Join(dir, "keys.json"))
	if err != nil {
		return err
	}
	t := &trial{watchers: watchers, id: id, shelf: shelf, keyring: keyring, cases: cases}
	for _, s := range cases.Settings {
		t.settings(s)
	}
	for _, c := range cases.Cases {
		if err := t.run(ctx, c); err != nil {
			return err
		}
	}
	return errors.Join(t.failures...)
}

// Watcher sees a request that arrived.
type Watcher func(name string, r *http.Request, body []byte)

type trial struct {
	watchers []Watcher
	id       string
	shelf    *connector.Shelf
	keyring  *secret.Keyring
	cases    *Cases
	failures []error
}

func (t *trial) fail(at CaseError, format string, args ...any) {
	at.Fault = fmt.Sprintf(format, args...)
	t.failures = append(t.failures, at)
}

// engine returns a fresh engine, so that no case sees another's rate limit.
func (t *trial) engine(at time.Time) *connector.Engine {
	now := time.Now
	if !at.IsZero() {
		now = func() time.Time { return at }
	}
	return connector.NewEngine(connector.Options{
		Now:   now,
		Shelf: t.shelf, Keyring: t.keyring, Quota: quota.NewRegistry(quota.Options{}),
		Egress: egress.New(egress.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}),
	})
}

func (t *trial) settings(s SettingsCase) {
	at := CaseError{File: s.File, Line: s.Line, Case: "settings " + string(value.JSON(s.Given))}
	nobody := &peer{address: "127.0.0.1:1"}
	settings, _ := nobody.fill(over(t.cases.Connection.Settings, s.Given)).(*value.Object)
	kept, err := t.engine(time.Time{}).Normalize(connector.Connection{Connector: t.id, Auth: t.cases.Connection.Auth, Settings: settings})
	switch {
	case err == nil && s.Refused != "":
		t.fail(at, "was taken as %s", value.JSON(kept))
	case err != nil && (s.Refused == "" || !strings.Contains(err.Error(), s.Refused)):
		t.fail(at, "was refused: %v", err)
	}
	for want, v := range s.Kept.All() {
		if err == nil && !value.Equal(kept.At(want), v) {
			t.fail(at, "%s became %s, want %s", want, value.JSON(kept.At(want)), value.JSON(v))
		}
	}
}

// run makes one call, and looks at everything that came of it.
func (t *trial) run(ctx context.Context, c Case) error {
	p, err := newPeer(ctx, c, t.watchers)
	if err != nil {
		return err
	}
	defer p.close()
	c = filled(c, p)
	engine := t.engine(c.Now)
	conn := connector.Connection{
		Org: "org_1", ID: "connection_1", Connector: t.id, Name: "trial", Auth: t.cases.Connection.Auth,
		Settings: p.fill(over(t.cases.Connection.Settings, c.Connection.Settings)).(*value.Object),
	}
	if c.Connection.Auth != "" {
		conn.Auth = c.Connection.Auth
	}
	secrets := map[string]secret.Text{}
	for name, v := range p.fill(over(t.cases.Connection.Secrets, c.Connection.Secrets)).(*value.Object).All() {
		if text := value.String(v); text != "" {
			secrets[name] = secret.NewText(text)
		}
	}
	if conn.Sealed, err = engine.Seal(conn, t.fitting(conn, secrets)); err != nil {
		t.fail(c.at(), "%v", err)
		return nil
	}
	call := connector.Call{Action: c.Action, Inputs: c.Inputs, Key: c.Key, OnePage: c.OnePage, Timeout: 10 * time.Second, Wait: time.Second}
	preview, previewErr := engine.Preview(conn, call)
	res, err := engine.Do(ctx, conn, call)
	look := &look{trial: t, of: c, peer: p, secrets: secrets}
	look.result(res, err)
	look.sent()
	look.preview(preview, previewErr, err)
	look.secrecy(preview, res, err)
	look.action(conn, res)
	return nil
}

// at says where a case stands.
func (c Case) at() CaseError { return CaseError{File: c.File, Line: c.Line, Case: c.Name} }

// fitting leaves out secrets of another way to sign in than the chosen one.
func (t *trial) fitting(conn connector.Connection, secrets map[string]secret.Text) map[string]secret.Text {
	of, ok := t.shelf.Get(t.id)
	if !ok {
		return secrets
	}
	auth, ok := of.AuthOf(conn.Auth)
	if !ok {
		return secrets
	}
	out := map[string]secret.Text{}
	for _, ports := range [][]connector.Port{of.Secrets, auth.Secrets} {
		for _, p := range ports {
			if s, ok := secrets[p.Name]; ok {
				out[p.Name] = s
			}
		}
	}
	return out
}

// filled puts the peer's address into a case.
func filled(c Case, p *peer) Case {
	c.Inputs, _ = p.fill(c.Inputs).(*value.Object)
	c.Outputs, _ = p.fill(c.Outputs).(*value.Object)
	c.Error, _ = p.fill(c.Error).(*value.Object)
	c.Mail, _ = p.fill(c.Mail).(*value.Object)
	return c
}

// over returns base with the fields of more over it.
func over(base, more *value.Object) *value.Object {
	out := value.NewObject(base.Len() + more.Len())
	for _, o := range []*value.Object{base, more} {
		for k, v := range o.All() {
			out.Set(k, v)
		}
	}
	return out
}
