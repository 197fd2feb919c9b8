package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

func TestGrants(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", portal.Admin)
		addOrg(t, db, "other", "eve", portal.Admin)
		if err := db.Connections.Add(ctx, store.Connection{Connection: connector.Connection{Org: "acme", ID: "c1", Connector: "diary", Name: "Diary"}, CreatedAt: start(), UpdatedAt: start()}); err != nil {
			t.Fatal(err)
		}
		holds := func(org, want string) {
			t.Helper()
			if got, err := db.Grants.Grant(ctx, org, "c1"); err != nil || string(got) != want || want == "" && got != nil {
				t.Errorf("%s holds %q, want %q, %v", org, got, want, err)
			}
		}
		set := func(org, was, sealed string) {
			t.Helper()
			var before []byte
			if was != "" {
				before = []byte(was)
			}
			if err := db.Grants.SetGrant(ctx, org, "c1", before, []byte(sealed)); err != nil {
				t.Error(err)
			}
		}
		holds("acme", "")
		set("other", "", "theirs") // it is not their connection
		holds("acme", "")
		holds("other", "")
		set("acme", "", "one\x00\xff")
		holds("acme", "one\x00\xff")
		holds("other", "")
		set("acme", "none of it", "two")
		set("other", "one\x00\xff", "two")
		holds("acme", "one\x00\xff")
		set("acme", "one\x00\xff", "two")
		holds("acme", "two")
		set("acme", "", "three")
		holds("acme", "three")
		if err := db.Grants.Consented(ctx, "acme", "c1", "ada"); err != nil {
			t.Error(err)
		}
		if err := db.Grants.Consented(ctx, "other", "c1", "eve"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("somebody of another organization signed in: %v", err)
		}
		by, err := db.Grants.Consents(ctx, "acme")
		if err != nil || len(by) != 1 || by["c1"].Account != "ada" || by["c1"].At.IsZero() {
			t.Errorf("signed in: %v, %v", by, err)
		}
		if by, err = db.Grants.Consents(ctx, "other"); err != nil || len(by) != 0 {
			t.Errorf("signed in elsewhere: %v, %v", by, err)
		}
		n, err := db.Grants.Reseal(ctx, func(org, conn string, sealed []byte) ([]byte, error) {
			return []byte(org + conn + string(sealed)), nil
		})
		if err != nil || n != 1 {
			t.Errorf("%d resealed, %v", n, err)
		}
		holds("acme", "acmec1three")
		broken := errors.New("it does not open")
		if _, err := db.Grants.Reseal(ctx, func(string, string, []byte) ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
			t.Errorf("%v", err)
		}
		holds("acme", "acmec1three")
		if err := db.Connections.Remove(ctx, "acme", "c1"); err != nil {
			t.Fatal(err)
		}
		holds("acme", "")
	})
}

func TestAttempts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addOrg(t, db, "acme", "ada", portal.Admin)
		addOrg(t, db, "other", "eve", portal.Admin)
		if err := db.Connections.Add(ctx, store.Connection{Connection: connector.Connection{Org: "acme", ID: "c1", Connector: "diary", Name: "Diary"}, CreatedAt: start(), UpdatedAt: start()}); err != nil {
			t.Fatal(err)
		}
		for hash, ends := range map[string]time.Time{"late": time.Now().Add(-time.Second), "good": time.Now().Add(time.Minute)} {
			if err := db.Attempts.Add(ctx, hash, store.Attempt{Org: "acme", Connection: "c1", Session: "s1", Sealed: []byte("v"), EndsAt: ends}); err != nil {
				t.Fatal(err)
			}
		}
		for name, who := range map[string][3]string{"another session": {"acme", "s2", "good"}, "another organization": {"other", "s1", "good"}, "one that ended": {"acme", "s1", "late"}, "none": {"acme", "s1", "x"}} {
			if _, err := db.Attempts.Take(ctx, who[0], who[1], who[2]); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		// Of many who come at once, one gets it.
		var got atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				a, err := db.Attempts.Take(ctx, "acme", "s1", "good")
				switch {
				case err == nil && a.Connection == "c1" && string(a.Sealed) == "v":
					got.Add(1)
				case errs.KindOf(err) != errs.NotFound:
					t.Errorf("%+v %v", a, err)
				}
			})
		}
		all.Wait()
		if got.Load() != 1 {
			t.Errorf("%d got it", got.Load())
		}
	})
}
