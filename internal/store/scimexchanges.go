package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"sallyport/internal/id"
	"sallyport/internal/scim"
)

// SCIMExchange is a request of an identity provider, and its answer.
type SCIMExchange struct {
	scim.Exchange

	Org   string
	ID    string
	Agent string
	Addr  string
}

// SCIMExchanges is the scim_exchange table.
type SCIMExchanges struct{ db *DB }

// KeptExchanges is how many exchanges are kept of an organization: so many that
// went well, and so many that did not.
const KeptExchanges = 500

const exchangeColumns = `org_id, id, at, took, method, path, status, cause, request, response, agent, addr`

// NewestExchanges leaves out of exchanges, the oldest of which is first, what would
// not be kept.
func NewestExchanges(es []SCIMExchange) []SCIMExchange {
	type sort struct {
		org    string
		failed bool
	}
	seen := map[sort]int{}
	out := slices.Clone(es)
	from := len(out)
	for _, e := range slices.Backward(es) {
		of := sort{e.Org, e.Status >= 400}
		if seen[of]++; seen[of] <= KeptExchanges {
			from--
			out[from] = e
		}
	}
	return out[from:]
}

// Add keeps exchanges, and forgets the oldest ones of their organizations.
func (t SCIMExchanges) Add(ctx context.Context, es []SCIMExchange) error {
	if es = NewestExchanges(es); len(es) == 0 {
		return nil
	}
	return t.db.Write(ctx, func(tx *Tx) error {
		orgs := map[string]bool{}
		var rows [][]any
		for _, e := range es {
			orgs[e.Org] = true
			rows = append(rows, []any{e.Org, id.At(e.At), toMicros(e.At), e.Took.Microseconds(), e.Method, e.Path, e.Status, e.Cause, e.Request, e.Response, e.Agent, e.Addr})
		}
		if err := tx.insertMany(ctx, "scim_exchange", exchangeColumns, "", rows); err != nil {
			return err
		}
		for org := range orgs {
			for _, of := range []string{`status < 400`, `status >= 400`} {
				if _, err := tx.exec(ctx, `DELETE FROM scim_exchange WHERE org_id = ? AND `+of+` AND id < (SELECT id FROM scim_exchange WHERE org_id = ? AND `+of+` ORDER BY id DESC LIMIT 1 OFFSET ?)`, org, org, KeptExchanges-1); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// List returns an organization's exchanges, the newest first, after a place; with
// failed only those that did not go well.
func (t SCIMExchanges) List(ctx context.Context, org string, failed bool, after Place, limit int) ([]SCIMExchange, error) {
	w := where{}
	w.add(`org_id = ?`, org)
	w.addIf(failed, `status >= 400`)
	w.after(after, "at")
	return list(ctx, t.db, func(rows *sql.Rows) (e SCIMExchange, err error) {
		var at, took int64
		err = rows.Scan(&e.Org, &e.ID, &at, &took, &e.Method, &e.Path, &e.Status, &e.Cause, &e.Request, &e.Response, &e.Agent, &e.Addr)
		e.At, e.Took = fromMicros(at), time.Duration(took)*time.Microsecond
		return e, err
	}, `SELECT `+exchangeColumns+` FROM scim_exchange `+w.text()+` ORDER BY at DESC, id DESC LIMIT ?`, append(w.args, limit)...)
}

// PushedGroup is a group that an identity provider has pushed.
type PushedGroup struct {
	ID, Name string
	Members  int
	PushedAt time.Time
}

// PushedGroups returns the groups of an organization by name.
func (d Directory) PushedGroups(ctx context.Context) ([]PushedGroup, error) {
	return list(ctx, d.db, func(rows *sql.Rows) (g PushedGroup, err error) {
		var at int64
		err = rows.Scan(&g.ID, &g.Name, &g.Members, &at)
		g.PushedAt = fromMicros(at)
		return g, err
	}, `SELECT r.id, r.name, (SELECT count(*) FROM scim_member m WHERE m.org_id = r.org_id AND m.group_id = r.id), r.updated_at FROM scim_record r
		WHERE r.org_id = ? AND r.kind = ? ORDER BY r.name_key LIMIT 1000`, d.org.ID, scim.Group)
}

// PushedUsers counts the users whom an identity provider has pushed, by whether
// they are active.
func (d Directory) PushedUsers(ctx context.Context) (active, inactive int, err error) {
	n, err := counts[string](ctx, d.db, `SELECT CASE WHEN active = 1 THEN 'active' ELSE 'inactive' END, count(*) FROM scim_record WHERE org_id = ? AND kind = ? AND document <> '' GROUP BY 1`, d.org.ID, scim.User)
	return n["active"], n["inactive"], err
}
