package okta

import "time"

func orgRoutes() []route {
	return []route{
		get("/api/v1/org", areaOrg, getOrg),
		post("/api/v1/org", areaOrg, updateOrg),
		put("/api/v1/org", areaOrg, updateOrg),
		get("/api/v1/org/preferences", areaOrg, getPreferences),
		get("/api/v1/org/privacy/oktaCommunication", areaOrg, getCommunication),
		get("/api/v1/org/settings/clientPrivilegesSetting", areaSuper, getClientPrivileges),
		put("/api/v1/org/settings/clientPrivilegesSetting", areaRoles, setClientPrivileges),
	}
}

// orgSettings is what an org says about itself.
type orgSettings struct {
	values           map[string]any // replaced, never changed
	clientPrivileges bool           // new clients become super admins
	notices          notices
	contacts         map[string]string // ids of users by what they are asked about; replaced, never changed
	support          time.Time         // until when Okta's support is let in
}

// editable names the settings that can be changed.
func editable() []string {
	return []string{
		"companyName", "website", "phoneNumber", "endUserSupportHelpURL", "supportPhoneNumber", "address1", "address2", "city", "state", "country", "postalCode",
	}
}

func newOrgSettings(company string) orgSettings {
	v := map[string]any{}
	for _, name := range editable() {
		v[name] = nil
	}
	v["companyName"], v["website"] = company, "https://www.example.com"
	v["phoneNumber"], v["endUserSupportHelpURL"], v["supportPhoneNumber"] = "", "", ""
	return orgSettings{values: v, notices: notices{NewDevice: true, FactorEnrolled: true, FactorReset: true, PasswordChanged: true, Report: true}}
}

func viewOrg(c *call) map[string]any {
	v := merged(c.settings.values, map[string]any{
		"id": c.orgID, "subdomain": c.domain, "status": "ACTIVE", "expiresAt": nil, "created": at(c.born), "lastUpdated": at(c.born),
	})
	org := c.url("api/v1/org")
	v["_links"] = map[string]link{
		"preferences":       {Href: org + "/preferences"},
		"uploadLogo":        allow(org+"/logo", "POST"),
		"oktaCommunication": {Href: org + "/privacy/oktaCommunication"},
		"logo":              {Href: c.url("assets/img/logos/org.png")},
		"oktaSupport":       {Href: org + "/privacy/oktaSupport"},
		"contacts":          {Href: org + "/contacts"},
	}
	return v
}

func getOrg(c *call) (answer, error) { return ok(viewOrg(c)) }

func updateOrg(c *call) (answer, error) {
	var in map[string]any
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	next := merged(c.settings.values, nil)
	for _, name := range editable() {
		if v, given := in[name]; given {
			next[name] = v
		}
	}
	c.settings.values = next
	return ok(viewOrg(c))
}

func getPreferences(c *call) (answer, error) {
	return ok(map[string]any{
		"showEndUserFooter": true,
		"_links":            map[string]link{"hideEndUserFooter": allow(c.url("api/v1/org/preferences/hideEndUserFooter"), "POST")},
	})
}

func getCommunication(c *call) (answer, error) {
	return ok(map[string]any{
		"optOutEmailUsers": true,
		"_links":           map[string]link{"optIn": allow(c.url("api/v1/org/privacy/oktaCommunication/optIn"), "POST")},
	})
}

func getClientPrivileges(c *call) (answer, error) {
	return ok(map[string]bool{"clientPrivilegesSetting": c.settings.clientPrivileges})
}

func setClientPrivileges(c *call) (answer, error) {
	var in struct {
		ClientPrivilegesSetting bool `json:"clientPrivilegesSetting"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	c.settings.clientPrivileges = in.ClientPrivilegesSetting
	return ok(map[string]bool{"clientPrivilegesSetting": c.settings.clientPrivileges})
}
