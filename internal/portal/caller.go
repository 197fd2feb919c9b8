package portal

// Caller is who a request comes from.
type Caller struct {
	Org     Organization
	Account Account
	Role    Role    // in the organization
	Session Session // the zero value for an API token
	Token   Token   // the zero value for a session
}

// Can reports whether the caller has a permission. A token has it when both its
// own role and its maker's present one do.
func (c Caller) Can(p Permission) bool {
	return c.Role.Allows(p) && (c.Token.ID == "" || c.Token.Role.Allows(p))
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

// covers reports whether the caller, in a session, may do all that a role allows.
func (c Caller) covers(r Role) bool {
	return r.Within(c.Role)
}

// Actor names the caller in the ledger and in histories.
func (c Caller) Actor() string { return "account:" + c.Account.ID }
