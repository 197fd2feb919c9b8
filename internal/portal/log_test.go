package portal_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"sallyport/internal/portal"
	"sallyport/internal/store/storetest"
)

var errDisk = errors.New("disk full")

// shelves fail to write what is beside the matter of signing in.
type (
	accounts struct{ portal.Accounts }
	sessions struct{ portal.Sessions }
)

func (accounts) SetPassword(context.Context, string, string, string) error { return errDisk }

func (sessions) End(context.Context, string, string) error { return errDisk }

// What fails beside signing in keeps nobody out, and is told to who looks after
// the server.
func TestTroubleBesideSigningInIsLogged(t *testing.T) {
	var log bytes.Buffer
	var old *portal.Hasher
	b := setup(t, storetest.Prepared(t), func(o *portal.Options) {
		old = o.Hasher
		o.Hasher = portal.NewHasher(portal.Cost{Memory: 128, Passes: 1, Threads: 1}, 2)
		o.Accounts, o.Sessions = accounts{o.Accounts}, sessions{o.Sessions}
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	hash, err := old.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	ada := b.member(t, "ada@acme.example", portal.Admin)
	if err := b.db.Accounts.SetPassword(t.Context(), ada.ID, hash, portal.KeepSessions); err != nil {
		t.Fatal(err)
	}
	first := b.signIn(t, "ada@acme.example")
	if _, _, err := b.SignIn(t.Context(), portal.Credentials{Email: "ada@acme.example", Password: password}, portal.From{}, first); err != nil {
		t.Error(err)
	}
	for _, want := range []string{`msg="password not hashed anew" err="disk full" account=` + ada.ID, `msg="session that was replaced not ended" err="disk full"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%s is not in the log: %s", want, log.String())
		}
	}
	if strings.Contains(log.String(), first) || strings.Contains(log.String(), password) {
		t.Error("the log tells a secret")
	}
}
