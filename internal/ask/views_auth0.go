package ask

import (
	"context"

	"sallyport/internal/inventory"
)

// auth0Views are what people of Okta orgs are compared to. Who is the same as whom is
// not told here: the API and the console do, with how sure that is.
func auth0Views() []View {
	of := func(fn func(inventory.Account) any) func(row) any {
		return func(r row) any { a, _ := r.other.(inventory.Account); return fn(a) }
	}
	return []View{{
		Name: "auth0_accounts", Doc: "Accounts in the organization's Auth0 tenants, as they were last read, whichever org is asked about.", Area: OfInventory, fresh: true, whole: true,
		keys: []string{"email", "okta_subject"},
		Columns: []Column{
			column("id", Text, "as Auth0 has it", func(r row) any { return r.ID }),
			column("email", Text, "in small letters", of(func(a inventory.Account) any { return inventory.FoldMail(a.Email) })),
			column("email_verified", Boolean, "by Auth0; an address that is not is nobody's", of(func(a inventory.Account) any { return a.Verified })),
			field("name", Text, "name", ""),
			column("blocked", Boolean, "", of(func(a inventory.Account) any { return a.Blocked })),
			column("deactivated_by_okta", Boolean, "its metadata say that Okta has deactivated whom it is of", of(func(a inventory.Account) any { return a.Marked() })),
			column("last_login", Time, "null is never", of(func(a inventory.Account) any {
				if at := a.LastSeen(); !at.IsZero() {
					return at
				}
				return nil
			})),
			column("logins", Integer, "", of(func(a inventory.Account) any { return a.Logins })),
			column("okta_subject", Text, "by which id a directory knows whom it is of, where it signs in by one: of Okta the id of a person", of(func(a inventory.Account) any {
				for _, i := range a.Identities {
					if s := i.Subject(); s != "" {
						return s
					}
				}
				return nil
			})),
			column("connections", JSON, "by which it signs in, as a list", of(func(a inventory.Account) any {
				names := make([]any, len(a.Identities))
				for n, i := range a.Identities {
					names[n] = i.Connection
				}
				return names
			})),
			field("created", Time, "created_at", ""),
			column("auth0_tenant", Text, "id of the Auth0 tenant", func(r row) any { return r.tenant }),
		},
		rows: func(ctx context.Context, in from, each func(row) error) error {
			return in.Accounts(ctx, in.org, func(t inventory.Tenant, e inventory.Entity) error {
				return each(row{tenant: t.ID, Ref: e.Ref, name: e.Name, body: decode(e.Body), other: inventory.AccountOf(e)})
			})
		},
	}}
}
