package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"sallyport/internal/portal"
)

// Members returns people of an organization by name.
func (t Accounts) Members(ctx context.Context, org string, q portal.MemberQuery) ([]portal.Member, error) {
	after, err := t.shownName(ctx, org, q.After)
	if err != nil {
		return nil, err
	}
	var out []portal.Member
	// Whom the identity provider has a name for stands in an index by it. The others
	// go by their accounts' names, and are few where there are many.
	for _, of := range []struct{ which, name string }{{`m.name > ''`, `m.name`}, {`m.name = ''`, `a.name`}} {
		w, name := where{}, of.name+t.db.d.bytewise
		w.add(`m.org_id = ?`, org)
		w.add(of.which)
		w.addIf(q.After != "", `(`+name+`, m.account_id) > (?, ?)`, after, q.After)
		t.narrow(&w, org, q, of.name)
		ms, err := t.members(ctx, w, name, q.Limit)
		if err != nil {
			return nil, err
		}
		out = append(out, ms...)
	}
	slices.SortFunc(out, func(a, b portal.Member) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	if q.Limit > 0 && len(out) > q.Limit {
		out = out[:q.Limit]
	}
	return out, t.withRoles(ctx, org, out)
}

// shownName is the name that a member stands under, "" for that of nobody.
func (t Accounts) shownName(ctx context.Context, org, account string) (string, error) {
	if account == "" {
		return "", nil
	}
	return one(ctx, t.db, "member", scalar[string], `SELECT CASE WHEN m.name = '' THEN a.name ELSE m.name END FROM membership m JOIN account a ON a.id = m.account_id
		WHERE m.org_id = ? AND m.account_id = ?`, org, account)
}

// narrow adds which members are wanted, who stand under name.
func (t Accounts) narrow(w *where, org string, q portal.MemberQuery, name string) {
	if q.Search != "" {
		like := "%" + likely(strings.ToLower(q.Search)) + "%"
		w.add(`(lower(`+name+`) LIKE ? ESCAPE '\' OR lower(CASE WHEN m.user_name = '' THEN a.email ELSE m.user_name END) LIKE ? ESCAPE '\')`, like, like)
	}
	if q.Roles != nil {
		roles, args := among(t.db, `role_id`, `text`, q.Roles)
		w.add(`m.account_id IN (SELECT account_id FROM member_role WHERE org_id = ? AND `+roles+`)`, append([]any{org}, args...)...)
	}
	if q.Who == nil {
		return
	}
	var addresses []string
	for _, who := range q.Who {
		if strings.Contains(who, "@") {
			addresses = append(addresses, portal.EmailKey(who))
		}
	}
	term, args := among(t.db, `m.account_id`, `text`, q.Who)
	if len(addresses) > 0 {
		by, more := among(t.db, `CASE WHEN m.user_name = '' THEN a.email_key ELSE lower(m.user_name) END`, `text`, addresses)
		term, args = term+` OR `+by, append(args, more...)
	}
	w.add(`(`+term+`)`, args...)
}

func (t Accounts) members(ctx context.Context, w where, name string, limit int) ([]portal.Member, error) {
	q := `SELECT ` + accountColumns + `, m.state, m.origin, m.name, m.user_name, m.created_at, COALESCE((SELECT max(s.seen_at) FROM session s WHERE s.account_id = a.id AND s.org_id = m.org_id), 0)
		FROM membership m JOIN account a ON a.id = m.account_id ` + w.text() + ` ORDER BY ` + name + `, m.account_id`
	if limit > 0 {
		q, w.args = q+` LIMIT ?`, append(w.args, limit)
	}
	return list(ctx, t.db, func(rows *sql.Rows) (m portal.Member, err error) {
		var joined, seen int64
		var name, userName string
		m.Account, err = scanAccountAnd(rows, &m.State, &m.Origin, &name, &userName, &joined, &seen)
		m.Name, m.Email = cmp.Or(name, m.Name), cmp.Or(userName, m.Email)
		m.JoinedAt, m.SeenAt = fromMicros(joined), fromMicros(seen)
		return m, err
	}, q, w.args...)
}

// withRoles adds the roles that members have.
func (t Accounts) withRoles(ctx context.Context, org string, ms []portal.Member) error {
	ids := make([]string, len(ms))
	for i, m := range ms {
		ids[i] = m.ID
	}
	held, err := grants(ctx, t.db, org, ids...)
	for i, m := range ms {
		ms[i].Roles = held[m.ID]
	}
	return err
}
