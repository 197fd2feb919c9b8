package okta

import (
	"cmp"
	"slices"
	"time"
)

func idpUserRoutes() []route {
	const base = "/api/v1/idps/{id}/users"
	return []route{
		get(base, areaIDPs, listIDPUsers),
		post(base+"/{user}", areaIDPs, linkIDPUser),
		del(base+"/{user}", areaIDPs, unlinkIDPUser),
	}
}

// idpUser is somebody who signs in by an identity provider.
type idpUser struct {
	idp, user, external string
	since               time.Time
}

func viewIDPUser(c *call, l idpUser) map[string]any {
	return map[string]any{
		"id": l.user, "externalId": l.external, "created": at(l.since), "lastUpdated": at(l.since), "profile": map[string]any{},
		"_links": map[string]link{
			"self": allow(c.url("api/v1/idps", l.idp, "users", l.user), "GET", "DELETE"), "idp": {Href: c.url("api/v1/idps", l.idp)}, "user": {Href: c.url("api/v1/users", l.user)},
		},
	}
}

// findIDP returns the id of the identity provider that a call is about.
func findIDP(c *call) (string, error) {
	if _, found := c.things.get("/api/v1/idps", c.arg(0)); !found {
		return "", notFound(c.arg(0), "IdpAppInstance")
	}
	return c.arg(0), nil
}

func listIDPUsers(c *call) (answer, error) {
	idp, err := findIDP(c)
	if err != nil {
		return answer{}, err
	}
	w, err := c.window(20, 200)
	if err != nil {
		return answer{}, err
	}
	out, more, last := []map[string]any{}, false, ""
	for _, l := range c.idpUsers {
		if l.idp != idp || l.user <= w.after {
			continue
		}
		if more = len(out) == w.limit; more {
			break
		}
		out, last = append(out, viewIDPUser(c, l)), l.user
	}
	return page(c, w, out, more, last)
}

func linkIDPUser(c *call) (answer, error) {
	idp, err := findIDP(c)
	if err != nil {
		return answer{}, err
	}
	u, found := c.dir.users.get(c.arg(1))
	if !found {
		return answer{}, notFound(c.arg(1), "User")
	}
	var in struct {
		External string `json:"externalId"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.External == "" {
		return answer{}, invalidField("externalId", "The field cannot be left blank")
	}
	l := idpUser{idp, u.id, in.External, c.now()}
	c.idpUsers = append(slices.DeleteFunc(slices.Clone(c.idpUsers), func(x idpUser) bool { return x.idp == idp && x.user == u.id }), l)
	slices.SortFunc(c.idpUsers, func(a, b idpUser) int { return cmp.Compare(a.user, b.user) })
	return ok(viewIDPUser(c, l))
}

func unlinkIDPUser(c *call) (answer, error) {
	idp, err := findIDP(c)
	if err != nil {
		return answer{}, err
	}
	n := len(c.idpUsers)
	c.idpUsers = slices.DeleteFunc(slices.Clone(c.idpUsers), func(x idpUser) bool { return x.idp == idp && x.user == c.arg(1) })
	if len(c.idpUsers) == n {
		return answer{}, notFound(c.arg(1), "IdpAppUser")
	}
	return none()
}

// logOutEverywhere ends what somebody has open, here and in the apps that take
// Universal Logout: Okta's own endpoint of draft-parecki-oauth-global-token-revocation.
func logOutEverywhere(c *call) (answer, error) {
	var in struct {
		Sub struct {
			Format string `json:"format"`
			ID     string `json:"id"`
		} `json:"sub_id"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.Sub.Format != "opaque" {
		return answer{}, invalidField("sub_id", "The format must be opaque or iss_sub")
	}
	u, found := c.dir.users.get(in.Sub.ID)
	if !found {
		return answer{}, notFound(in.Sub.ID, "User")
	}
	if !c.who.mayTouch(u) {
		return answer{}, errForbidden()
	}
	c.universalLogout(u)
	c.endSessions(u)
	endTokens(&c.change, u, nil)
	return none()
}
