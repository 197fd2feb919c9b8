package portal_test

import (
	"context"
	"errors"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/errs"
	"sallyport/internal/letter"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// noKeys seals nothing: what letters say is read by these tests.
type noKeys struct{}

func (noKeys) Seal(plain, _ []byte) ([]byte, error)    { return plain, nil }
func (noKeys) Unseal(sealed, _ []byte) ([]byte, error) { return sealed, nil }

// nowhere is a post that is there and is never used.
type nowhere struct{ letter.Post }

func (nowhere) From() netmail.Address { return netmail.Address{Address: "s@x.example"} }

func withMail(on bool) func(*portal.Options) {
	return func(o *portal.Options) {
		office := &letter.Office{Keys: noKeys{}, Server: "https://sallyport.example", Now: o.Now}
		if on {
			office.Post = nowhere{}
		}
		o.Asker = &portal.Asker{Office: office, Server: office.Server, Now: o.Now}
	}
}

// pending makes a member who is to confirm an address, and asks them.
func (b *bench) pending(t *testing.T, k *portal.Asker, email string) portal.Asked {
	t.Helper()
	a := portal.Account{ID: "id-" + email, Email: email, Name: email, CreatedAt: b.now()}
	m := portal.Membership{Org: b.org.ID, Account: a.ID, State: portal.Pending, Origin: portal.OriginSSO, CreatedAt: b.now()}
	if err := b.db.Accounts.Join(t.Context(), a, m); err != nil {
		t.Fatal(err)
	}
	return b.asks(t, k, a.ID, email)
}

func (b *bench) asks(t *testing.T, k *portal.Asker, account, email string) portal.Asked {
	t.Helper()
	asked, err := k.Ask(portal.Confirmation{Org: b.org.ID, Account: account, Address: email, Origin: portal.OriginSSO, ReturnTo: "/alerts?x=1"}, b.org, "Ann")
	if err == nil {
		err = b.db.Write(t.Context(), func(tx *store.Tx) error { return tx.AskToConfirm(t.Context(), asked) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return asked
}

// confirming is a portal with mail, or without, and who asks.
func confirming(t *testing.T, dsn string, mail bool) (*bench, *portal.Asker) {
	t.Helper()
	var k *portal.Asker
	b := setup(t, dsn, withMail(mail), func(o *portal.Options) { k = o.Asker })
	return b, k
}

func (b *bench) state(t *testing.T, account string) portal.State {
	t.Helper()
	m, err := b.People.Find(t.Context(), b.org.ID, account)
	if err != nil {
		t.Fatal(err)
	}
	return m.State
}

// tokens are the links of the letters that were written, the oldest first.
func (b *bench) tokens(t *testing.T, k *portal.Asker) (out []string) {
	t.Helper()
	ls, err := b.db.Letters.List(t.Context(), b.org.ID, "", store.Place{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range slices.Backward(ls) {
		_, rest, _ := strings.Cut(string(l.Sealed), k.Link(""))
		out = append(out, rest[:43])
	}
	return out
}

func TestTheLinkConfirmsTheAddressOnce(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b, k := confirming(t, dsn, true)
		asked := b.pending(t, k, "ann@acme.example")
		if got := b.tokens(t, k); len(got) != 1 || got[0] != asked.Token {
			t.Fatalf("the letters have %v", got)
		}
		if ms, err := b.db.Accounts.Memberships(t.Context(), asked.Account); err != nil || len(ms) != 0 || b.state(t, asked.Account) != portal.Pending {
			t.Errorf("before: %v %v", ms, err)
		}
		got, err := b.Confirm(t.Context(), asked.Token, portal.From{})
		if err != nil || got.Org != b.org || got.Account.ID != asked.Account || got.ReturnTo != "/alerts?x=1" || got.Origin != portal.OriginSSO || b.state(t, asked.Account) != portal.Active {
			t.Errorf("%+v %v", got, err)
		}
		if _, err := b.Confirm(t.Context(), asked.Token, portal.From{}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a second time: %v", err)
		}
		if open, err := b.Unconfirmed(t.Context(), portal.Caller{Org: b.org}); err != nil || len(open) != 0 {
			t.Errorf("still waiting: %v %v", open, err)
		}
	})
}

// Of fifty who have the same link, one confirms.
func TestALinkIsUsedByOneOfMany(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b, k := confirming(t, dsn, false)
		asked := b.pending(t, k, "ann@acme.example")
		var wg sync.WaitGroup
		var won atomic.Int32
		for range 50 {
			wg.Go(func() {
				if _, err := b.Confirm(context.Background(), asked.Token, portal.From{}); err == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d have confirmed", won.Load())
		}
	})
}

// Whatever is wrong with a link, the answer is the same.
func TestNoOtherLinkConfirms(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, b *bench, k *portal.Asker, asked portal.Asked) string{
		"one that never was": func(*testing.T, *bench, *portal.Asker, portal.Asked) string { return strings.Repeat("x", 43) },
		"none":               func(*testing.T, *bench, *portal.Asker, portal.Asked) string { return "" },
		"its hash":           func(_ *testing.T, _ *bench, _ *portal.Asker, a portal.Asked) string { return a.Hash },
		"one of yesterday": func(_ *testing.T, b *bench, _ *portal.Asker, a portal.Asked) string {
			b.pass(portal.ConfirmFor)
			return a.Token
		},
		"one that was replaced": func(t *testing.T, b *bench, k *portal.Asker, a portal.Asked) string {
			b.pass(portal.ConfirmEvery)
			b.asks(t, k, a.Account, a.Address)
			return a.Token
		},
		"one for an address that is another by now": func(t *testing.T, b *bench, k *portal.Asker, a portal.Asked) string {
			b.asks(t, k, a.Account, "lee@acme.example")
			return a.Token
		},
		"one of who was removed": func(t *testing.T, b *bench, _ *portal.Asker, a portal.Asked) string {
			if err := b.People.Remove(t.Context(), b.org.ID, a.Account); err != nil {
				t.Fatal(err)
			}
			return a.Token
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.EachDSN(t, func(t *testing.T, dsn string) {
				b, k := confirming(t, dsn, true)
				asked := b.pending(t, k, "ann@acme.example")
				_, err := b.Confirm(t.Context(), spoil(t, b, k, asked), portal.From{})
				if errs.KindOf(err) != errs.NotFound || !strings.HasPrefix(errs.Message(err), "the link is not valid: it was used already, replaced by a newer one, or has ended") {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

func TestALinkIsWrittenAtMostEveryFiveMinutes(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b, k := confirming(t, dsn, true)
		asked := b.pending(t, k, "ann@acme.example")
		c := portal.Caller{Org: b.org}
		b.pass(portal.ConfirmEvery - time.Second)
		_, err := b.AskAgain(t.Context(), c, asked.Account)
		if limit, ok := errors.AsType[*portal.LimitError](err); !ok || limit.RetryAfter != time.Second {
			t.Errorf("too soon: %v", err)
		}
		if err := b.ConfirmAgain(t.Context(), asked.Token, portal.From{}); err != nil || len(b.tokens(t, k)) != 1 {
			t.Errorf("too soon, by the link: %v", err)
		}
		b.pass(time.Second)
		if _, err := b.AskAgain(t.Context(), c, asked.Account); err != nil {
			t.Fatal(err)
		}
		tokens := b.tokens(t, k)
		if _, err := b.Confirm(t.Context(), tokens[0], portal.From{}); err == nil {
			t.Error("the earlier link confirms")
		}
		if _, err := b.Confirm(t.Context(), tokens[1], portal.From{}); err != nil {
			t.Errorf("the later one: %v", err)
		}
		if _, err := b.AskAgain(t.Context(), c, asked.Account); errs.KindOf(err) != errs.Conflict {
			t.Errorf("of who has confirmed: %v", err)
		}
	})
}

// Who has a link that has ended gets a new one, where it was written to before.
func TestALinkThatEndedIsWrittenAgain(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b, k := confirming(t, dsn, true)
		asked := b.pending(t, k, "ann@acme.example")
		b.pass(2 * portal.ConfirmFor)
		for _, token := range []string{asked.Token, "nonsense"} {
			if err := b.ConfirmAgain(t.Context(), token, portal.From{}); err != nil {
				t.Error(err)
			}
		}
		tokens := b.tokens(t, k)
		if len(tokens) != 2 {
			t.Fatalf("%d letters", len(tokens))
		}
		if got, err := b.Confirm(t.Context(), tokens[1], portal.From{}); err != nil || got.Address != "ann@acme.example" {
			t.Errorf("%+v %v", got, err)
		}
	})
}

// An address that got enough letters gets none; an administrator reads why.
func TestAnAddressIsNotFloodedWithLinks(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b, k := confirming(t, dsn, true)
		asked := b.pending(t, k, "ann@acme.example")
		c := portal.Caller{Org: b.org}
		for range letter.MostOfKind {
			b.pass(portal.ConfirmEvery)
			if _, err := b.AskAgain(t.Context(), c, asked.Account); err != nil {
				t.Fatal(err)
			}
		}
		open, err := b.Unconfirmed(t.Context(), c)
		if err != nil || len(open) != 1 || open[0].Letter != "" || !strings.Contains(open[0].Unsent, "often enough") || len(b.tokens(t, k)) != letter.MostOfKind {
			t.Errorf("%+v %v", open, err)
		}
	})
}

// Where the server sends no mail, an administrator sees who waits and hands the
// link over. Where it does, nobody but the owner of the address gets it.
func TestWithoutMailTheLinkIsHandedOver(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b, k := confirming(t, dsn, false)
		asked := b.pending(t, k, "ann@acme.example")
		c := portal.Caller{Org: b.org}
		open, err := b.Unconfirmed(t.Context(), c)
		if err != nil || len(open) != 1 || open[0].Account != asked.Account || open[0].Address != "ann@acme.example" || !strings.Contains(open[0].Unsent, "sends no mail") {
			t.Fatalf("%+v %v", open, err)
		}
		b.pass(portal.ConfirmEvery)
		link, _, err := b.HandOver(t.Context(), c, asked.Account)
		_, token, ok := strings.Cut(link, "https://sallyport.example/confirm#")
		if err != nil || !ok {
			t.Fatalf("%q %v", link, err)
		}
		if _, _, err := b.HandOver(t.Context(), portal.Caller{Org: portal.Organization{ID: "other"}}, asked.Account); errs.KindOf(err) != errs.NotFound {
			t.Errorf("by another organization: %v", err)
		}
		if _, err := b.Confirm(t.Context(), token, portal.From{}); err != nil {
			t.Error(err)
		}
		b2, k2 := confirming(t, dsn, true)
		asked = b2.pending(t, k2, "lee@acme.example")
		b2.pass(portal.ConfirmEvery)
		if link, _, err := b2.HandOver(t.Context(), portal.Caller{Org: b2.org}, asked.Account); errs.KindOf(err) != errs.Conflict || link != "" {
			t.Errorf("with mail: %q %v", link, err)
		}
	})
}

// Guessing is held to the limits of signing in.
func TestConfirmingIsLimited(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		b, _ := confirming(t, dsn, false)
		from := portal.From{Addr: "192.0.2.7"}
		var err error
		for range portal.DefaultLimits().Addr.Burst + 1 {
			_, err = b.Confirm(t.Context(), "nonsense", from)
		}
		if _, ok := errors.AsType[*portal.LimitError](err); !ok {
			t.Errorf("%v", err)
		}
		if _, ok := errors.AsType[*portal.LimitError](b.ConfirmAgain(t.Context(), "nonsense", from)); !ok {
			t.Error("again is not limited")
		}
	})
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "/": "/", "/alerts?a=b#c": "/alerts?a=b#c", "//evil.example": "", "/\\evil.example": "", "https://evil.example/": "", "javascript:alert(1)": "",
		"/%2f/evil.example": "", "/%5cevil.example": "", "/a\r\nb": "", "\t//evil.example": "", "/" + strings.Repeat("a", 3000): "",
	} {
		if got := portal.LocalPath(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
