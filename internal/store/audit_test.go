package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/internal/audit"
	"sallyport/internal/errs"
	"sallyport/internal/portal"
)

// eachHere runs a test on an empty database of each kind, from within.
func eachHere(t *testing.T, schema string, test func(t *testing.T, db *DB)) {
	t.Helper()
	dsns := map[string]string{"sqlite": filepath.Join(t.TempDir(), "s.db")}
	if server := os.Getenv("TEST_POSTGRES"); server != "" {
		admin, err := sql.Open("pgx", server)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_, _ = admin.ExecContext(context.WithoutCancel(t.Context()), `DROP SCHEMA `+schema+` CASCADE`)
			_ = admin.Close()
		})
		if _, err := admin.ExecContext(t.Context(), `DROP SCHEMA IF EXISTS `+schema+` CASCADE; CREATE SCHEMA `+schema); err != nil {
			t.Fatal(err)
		}
		dsns["postgres"] = server + "&search_path=" + schema
	}
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) {
			db, err := Open(t.Context(), Options{DSN: dsn})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			test(t, db)
		})
	}
}

// alter changes the database beside the program.
func alter(t *testing.T, db *DB, q string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.exec(t.Context(), q)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func withEntries(t *testing.T, db *DB, org string, n int) {
	t.Helper()
	ctx, _ := audit.By(t.Context(), audit.Actor{ID: "account:ada", Name: "Ada", Addr: "192.0.2.1", Request: "q"})
	for i := range n {
		if err := db.Audit.Add(ctx, org, audit.Note{Action: "flow.changed", Object: fmt.Sprintf("flow:f%d folder:d", i), Detail: map[string]any{"n": i}}); err != nil {
			t.Fatal(err)
		}
	}
}

// Whoever changes the log beside the program is found out, and where.
func TestAuditIsVerified(t *testing.T) {
	tests := map[string]struct {
		query string
		kind  audit.Kind
		seq   int64
	}{
		"nothing":             {`DELETE FROM audit_entry WHERE org_id = 'acme' AND seq > 99`, "", 0},
		"a change":            {`UPDATE audit_entry SET object = 'flow:x' WHERE org_id = 'acme' AND seq = 3`, audit.Changed, 3},
		"a change of a time":  {`UPDATE audit_entry SET at = at + 1 WHERE org_id = 'acme' AND seq = 2`, audit.Changed, 2},
		"one taken out":       {`DELETE FROM audit_entry WHERE org_id = 'acme' AND seq = 4`, audit.Missing, 4},
		"the last cut off":    {`DELETE FROM audit_entry WHERE org_id = 'acme' AND seq > 3`, audit.Truncated, 4},
		"two put elsewhere":   {`UPDATE audit_entry SET seq = CASE seq WHEN 2 THEN 30 ELSE seq END WHERE org_id = 'acme'`, audit.Missing, 2},
		"another's put there": {`UPDATE audit_entry SET detail = '{"n":9}', hash = prev WHERE org_id = 'acme' AND seq = 5`, audit.Changed, 5},
	}
	eachHere(t, "audit_verify", func(t *testing.T, db *DB) {
		for name, tt := range tests {
			alter(t, db, `DELETE FROM audit_entry`)
			alter(t, db, `DELETE FROM audit_head`)
			withEntries(t, db, "acme", 6)
			withEntries(t, db, "other", 2)
			alter(t, db, tt.query)
			r, err := db.Audit.Verify(t.Context(), "acme")
			switch {
			case err != nil:
				t.Errorf("%s: %v", name, err)
			case tt.kind == "":
				if r.Fault != nil || r.Entries != 6 {
					t.Errorf("%s: %+v %+v", name, r, r.Fault)
				}
			case r.Fault == nil || r.Fault.Kind != tt.kind || r.Fault.Seq != tt.seq:
				t.Errorf("%s: %+v, want %s at %d", name, r.Fault, tt.kind, tt.seq)
			}
			if r, err := db.Audit.Verify(t.Context(), "other"); err != nil || r.Fault != nil || r.Entries != 2 {
				t.Errorf("%s: the other: %+v %v", name, r, err)
			}
		}
		if r, err := db.Audit.Verify(t.Context(), "nobody"); err != nil || r.Fault != nil || r.Entries != 0 {
			t.Errorf("where nothing was written: %+v %v", r, err)
		}
	})
}

// Many who write at once make one chain, and what is undone leaves nothing in it.
func TestAuditIsOneChain(t *testing.T) {
	eachHere(t, "audit_chain", func(t *testing.T, db *DB) {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { withEntries(t, db, "acme", 5) })
		}
		all.Wait()
		undone := errors.New("undone")
		err := db.Write(t.Context(), func(tx *Tx) error {
			if err := tx.Audit(t.Context(), "acme", audit.Note{Action: "x"}); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		if r, err := db.Audit.Verify(t.Context(), "acme"); err != nil || r.Fault != nil || r.Entries != 40 {
			t.Errorf("%+v %+v %v", r, r.Fault, err)
		}
	})
}

func TestAuditPrune(t *testing.T) {
	eachHere(t, "audit_prune", func(t *testing.T, db *DB) {
		ctx := t.Context()
		withEntries(t, db, "acme", 3)
		cut := time.Now()
		if n, err := db.Audit.Prune(ctx, "acme", cut.Add(-time.Hour)); err != nil || n != 0 {
			t.Errorf("nothing is so old: %d %v", n, err)
		}
		if n, err := db.Audit.Prune(ctx, "acme", cut.Add(time.Hour)); err != nil || n != 3 {
			t.Fatalf("%d %v", n, err)
		}
		withEntries(t, db, "acme", 2)
		r, err := db.Audit.Verify(ctx, "acme")
		if err != nil || r.Fault != nil || r.Entries != 3 || r.Head.AnchorSeq != 3 {
			t.Errorf("%+v %+v %v", r, r.Fault, err)
		}
		es, err := db.Audit.List(ctx, "acme", AuditFilter{Action: "audit.pruned", Limit: 5})
		if err != nil || len(es) != 1 || es[0].Seq != 4 || !strings.Contains(es[0].Detail, `"until":3`) || es[0].Actor != "system" {
			t.Errorf("%+v %v", es, err)
		}
		alter(t, db, `DELETE FROM audit_entry WHERE seq = 4`)
		if r, err := db.Audit.Verify(ctx, "acme"); err != nil || r.Fault == nil || r.Fault.Kind != audit.Missing || r.Fault.Seq != 4 {
			t.Errorf("%+v %v", r.Fault, err)
		}
	})
}

func TestAuditList(t *testing.T) {
	eachHere(t, "audit_list", func(t *testing.T, db *DB) {
		ctx := t.Context()
		withEntries(t, db, "acme", 4)
		withEntries(t, db, "other", 1)
		if err := db.Audit.Add(ctx, "acme", audit.Note{Action: "role.deleted", Object: "role:f1", Outcome: "denied", Detail: map[string]any{"name": "100%_sure"}}); err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			f    AuditFilter
			want string
		}{
			"all, the newest first": {AuditFilter{}, "5 4 3 2 1"},
			"a page":                {AuditFilter{Before: 4, Limit: 2}, "3 2"},
			"an object":             {AuditFilter{Object: "flow:f1"}, "2"},
			"one that all have":     {AuditFilter{Object: "folder:d"}, "4 3 2 1"},
			"a part of an object":   {AuditFilter{Object: "flow:f"}, ""},
			"an action":             {AuditFilter{Action: "role.deleted"}, "5"},
			"an outcome":            {AuditFilter{Outcome: "denied"}, "5"},
			"an actor":              {AuditFilter{Actor: "system"}, "5"},
			"a text":                {AuditFilter{Text: "100%_S"}, "5"},
			"a text of the actor":   {AuditFilter{Text: "ADA"}, "4 3 2 1"},
			"no wildcard":           {AuditFilter{Text: "1%sure"}, ""},
			"a time to come":        {AuditFilter{From: time.Now().Add(time.Hour)}, ""},
			"a time":                {AuditFilter{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour)}, "5 4 3 2 1"},
		} {
			if tt.f.Limit == 0 {
				tt.f.Limit = 10
			}
			es, err := db.Audit.List(ctx, "acme", tt.f)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range es {
				got = append(got, fmt.Sprint(e.Seq))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%s: %v, want %s", name, got, tt.want)
			}
		}
	})
}

// What changes who may do what tells of it, in the transaction: what is refused
// leaves nothing.
func TestWhatTellsOfItself(t *testing.T) {
	eachHere(t, "audit_tells", func(t *testing.T, db *DB) {
		ctx, _ := audit.By(t.Context(), audit.Actor{ID: "account:x", Name: "X"})
		at := time.Now()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(db.Organizations.Add(ctx, portal.Organization{ID: "acme", Slug: "acme", Name: "Acme"}))
		must(db.Accounts.Join(ctx, portal.Account{ID: "ada", PasswordHash: "a hash", Email: "ada@acme.example", Name: "Ada"}, portal.Membership{Org: "acme", Account: "ada", Roles: []string{portal.Admin}}))
		must(db.Accounts.Join(ctx, portal.Account{ID: "bob", Email: "bob@acme.example", Name: "Bob"}, portal.Membership{Org: "acme", Account: "bob", Roles: []string{portal.Auditor}}))
		must(db.Roles.Add(ctx, "acme", portal.Role{ID: "r", Name: "R", Permissions: []portal.Permission{portal.FlowsRead}}, at))
		must(db.Roles.Change(ctx, "acme", portal.Role{ID: "r", Name: "R2", Permissions: []portal.Permission{portal.RunsRead}}, func(portal.Role) error { return nil }, at))
		must(db.Accounts.SetMember(ctx, "acme", "bob", portal.MemberChange{Roles: []string{}}, at))
		must(db.Roles.Remove(ctx, "acme", "r"))
		must(db.Tokens.Add(ctx, "hash", portal.Token{ID: "t", Org: "acme", Account: "bob", Name: "ci"}))
		must(db.Tokens.Remove(ctx, "acme", "", "t"))
		must(db.Sessions.Add(ctx, "hash", portal.Session{ID: "s", Org: "acme", Account: "bob", Method: portal.ByPassword, Addr: "192.0.2.7"}))
		must(db.Sessions.Refused(ctx, "bob", portal.From{Addr: "192.0.2.8"}))
		must(db.Sessions.End(ctx, "bob", "s"))
		must(db.Accounts.SetPassword(ctx, "bob", "$x", ""))
		must(db.Accounts.SetPassword(ctx, "bob", "$y", portal.KeepSessions)) // only hashed anew
		must(db.Accounts.RemoveMember(ctx, "acme", "bob"))
		must(db.Sessions.Refused(ctx, "", portal.From{Addr: "192.0.2.9"}))
		if err := db.Accounts.RemoveMember(ctx, "acme", "ada"); errs.KindOf(err) != errs.Conflict {
			t.Error(err)
		}
		es, err := db.Audit.List(ctx, "acme", AuditFilter{Limit: 100})
		must(err)
		var got []string
		for i := range es {
			e := es[len(es)-1-i]
			got = append(got, e.Action+" "+e.Object+" by "+e.Actor)
		}
		want := []string{
			"member.added account:ada by account:x", "member.added account:bob by account:x", "role.added role:r by account:x", "role.changed role:r by account:x",
			"member.changed account:bob by account:x", "role.deleted role:r by account:x", "token.added token:t by account:x", "token.ended token:t by account:x",
			"session.opened session:s by account:bob", "session.refused account:bob by account:bob", "session.ended session:s by account:x",
			"password.changed account:bob by account:x", "member.removed account:bob by account:x",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if es[0].Detail != `{"email":"bob@acme.example"}` {
			t.Errorf("%+v", es[0])
		}
		if own, err := db.Audit.List(ctx, "", AuditFilter{Limit: 10}); err != nil || len(own) != 1 || own[0].Actor != "anonymous" || own[0].Addr != "192.0.2.9" {
			t.Errorf("the server's own: %+v %v", own, err)
		}
	})
}

func TestAuditSent(t *testing.T) {
	eachHere(t, "audit_sent", func(t *testing.T, db *DB) {
		ctx := t.Context()
		withEntries(t, db, "acme", 3)
		if err := db.Audit.SetSent(ctx, "udp://x:514", "acme", 2); err != nil {
			t.Fatal(err)
		}
		es, err := db.Audit.Unsent(ctx, "udp://x:514", "acme", 10)
		if err != nil || len(es) != 1 || es[0].Seq != 3 {
			t.Errorf("%+v %v", es, err)
		}
		for target, want := range map[string]int{"udp://x:514": 1, "udp://y:514": 3} {
			if n, err := db.Audit.Waiting(ctx, target, "acme"); err != nil || n != want {
				t.Errorf("%d wait for %s, want %d, %v", n, target, want, err)
			}
		}
		if orgs, err := db.Audit.Orgs(ctx); err != nil || len(orgs) != 1 {
			t.Errorf("%v %v", orgs, err)
		}
	})
}
