package connector

import "slices"

// AddressSetting names the setting that says where the other side is: the first
// that a connection must have, or base_url.
func (c *Connector) AddressSetting() string {
	for _, s := range c.Settings {
		if s.Required {
			return s.Name
		}
	}
	return "base_url"
}

// TokenField names the one secret of the first sign-in that takes one, and the
// sign-in; nothing where there is none.
func (c *Connector) TokenField() (AuthKind, string) {
	for _, a := range c.Auth {
		if len(a.Secrets) == 1 {
			return a.Kind, a.Secrets[0].Name
		}
	}
	return "", ""
}

// IsSecret reports whether a field of a connection, by whichever sign-in, is one
// that nobody may see.
func (c *Connector) IsSecret(name string) bool {
	has := func(ps []Port) bool { return slices.ContainsFunc(ps, func(p Port) bool { return p.Name == name }) }
	return has(c.Secrets) || slices.ContainsFunc(c.Auth, func(a Auth) bool { return has(a.Secrets) })
}

// FieldNames lists the settings and secrets that a connection may have.
func (c *Connector) FieldNames() []string {
	var out []string
	add := func(ps []Port) {
		for _, p := range ps {
			if !slices.Contains(out, p.Name) {
				out = append(out, p.Name)
			}
		}
	}
	add(c.Settings)
	add(c.Secrets)
	for _, a := range c.Auth {
		add(a.Settings)
		add(a.Secrets)
	}
	return out
}
