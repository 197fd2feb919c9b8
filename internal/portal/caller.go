package portal

import (
	"slices"
	"strings"

	"sallyport/internal/errs"
)

// Caller is who a request comes from.
type Caller struct {
	Org     Organization
	Account Account
	Roles   []Role  // in the organization
	Session Session // the zero value for an API token
	Token   Token   // the zero value for a session
	Managed bool    // the organization's identity provider signs them in, and no password
}

// Can reports whether the caller has a permission: one of their roles allows it.
// A token has it when it is among its own, too, and its maker has it still.
func (c Caller) Can(p Permission) bool {
	return slices.ContainsFunc(c.Roles, func(r Role) bool { return r.Allows(p) }) && (c.Token.ID == "" || slices.Contains(c.Token.Permissions, p))
}

// Permissions returns what the caller may do, in the order of [Permissions].
func (c Caller) Permissions() []Permission {
	out := []Permission{}
	for _, p := range Permissions() {
		if c.Can(p) {
			out = append(out, p)
		}
	}
	return out
}

// mayGrant refuses a role that allows what the caller may not do.
func (c Caller) mayGrant(r Role) error {
	var beyond []string
	for _, p := range r.Permissions {
		if !c.Can(p) {
			beyond = append(beyond, string(p))
		}
	}
	if len(beyond) > 0 {
		return errs.New(errs.Denied, "%s would allow what you may not do yourself: %s", r.Name, strings.Join(beyond, ", "))
	}
	return nil
}

// StandsFor returns the caller's roles that the caller has in full: all of a
// person's, and those of which an API token was given every permission.
func (c Caller) StandsFor() []string {
	out := []string{}
	for _, r := range c.Roles {
		if c.mayGrant(r) == nil {
			out = append(out, r.ID)
		}
	}
	return out
}

// RoleNames returns what the caller's roles are called, for people.
func (c Caller) RoleNames() string {
	if len(c.Roles) == 0 {
		return "no role"
	}
	var out []string
	for _, r := range c.Roles {
		out = append(out, r.Name)
	}
	return strings.Join(out, ", ")
}

// Actor names the caller in the ledger and in histories.
func (c Caller) Actor() string { return "account:" + c.Account.ID }
