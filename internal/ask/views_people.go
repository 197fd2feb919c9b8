package ask

import (
	"sallyport/internal/access"
	"sallyport/internal/inventory"
)

func name() Column { return column("name", Text, "its name", func(r row) any { return r.name }) }

func status() Column {
	return field("status", Text, "status", "as Okta says it: ACTIVE, INACTIVE, …")
}

func peopleViews() []View {
	people := entities("people", inventory.User, "People, whatever their status.", with([]Column{
		column("login", Text, "what they sign in with", func(r row) any { return r.name }),
		field("email", Text, "profile.email", "primary mail address"),
		column("name", Text, "display name, or first and last name", fullName),
		field("first_name", Text, "profile.firstName", ""),
		field("last_name", Text, "profile.lastName", ""),
		field("status", Text, "status", "ACTIVE, STAGED, PROVISIONED, RECOVERY, PASSWORD_EXPIRED, LOCKED_OUT, SUSPENDED or DEPROVISIONED"),
		field("title", Text, "profile.title", ""),
		field("department", Text, "profile.department", ""),
		field("organization", Text, "profile.organization", ""),
		field("employee_number", Text, "profile.employeeNumber", ""),
		field("manager", Text, "profile.manager", ""),
		field("manager_id", Text, "profile.managerId", ""),
		field("kind", Text, "profile.userType", "what the profile calls the kind of person: Employee, Contractor, …"),
		field("user_type_id", Text, "type.id", "Okta's user type"),
		field("provider", Text, "credentials.provider.type", "where the password is: OKTA, ACTIVE_DIRECTORY, LDAP, FEDERATION, IMPORT, SOCIAL"),
		field("realm_id", Text, "realmId", ""),
		field("activated", Time, "activated", "when they were activated"),
		field("status_changed", Time, "statusChanged", "when the status last changed"),
		field("last_login", Time, "lastLogin", "the last sign-in; null is never"),
		field("password_changed", Time, "passwordChanged", "when the password was last changed"),
		field("profile", JSON, "profile", "all attributes: profile ->> 'costCenter'"),
	}, made()...)...)
	for i := range people.Columns {
		people.Columns[i].heavy = people.Columns[i].heavy || people.Columns[i].Name == "profile"
	}
	groups := entities("groups", inventory.Group, "Groups.", with([]Column{
		name(),
		field("description", Text, "profile.description", ""),
		field("type", Text, "type", "OKTA_GROUP, APP_GROUP (of a directory or an app) or BUILT_IN (Everyone)"),
		field("app_id", Text, "source", "the app that an APP_GROUP comes from"),
		field("admin", Boolean, "stats.hasAdminPrivilege", "whether it gives admin rights"),
		field("members_changed", Time, "lastMembershipUpdated", "when somebody last joined or left"),
	}, made()...)...)
	memberships := edges("memberships", "Who is in which group.", []inventory.Relation{inventory.MemberOf},
		begin("person_id", inventory.User, "who"), end("group_id", inventory.Group, "the group"))
	memberships.keys = []string{"person_id", "group_id"}
	return []View{people, groups, memberships, rules(), owners(), factors()}
}

func fullName(r row) any {
	if s := r.body.text("profile.displayName"); s != "" {
		return s
	}
	first, last := r.body.text("profile.firstName"), r.body.text("profile.lastName")
	if first == "" || last == "" {
		return first + last
	}
	return first + " " + last
}

func rules() View {
	return entities("group_rules", inventory.GroupRule, "Rules that put people into groups.", with([]Column{
		name(), status(),
		field("expression", Text, "conditions.expression.value", "when they do"),
		field("group_ids", JSON, "actions.assignUserToGroups.groupIds", "the groups, as a list"),
		field("except_people", JSON, "conditions.people.users.exclude", "ids of people that they leave out"),
	}, made()...)...)
}

func owners() View {
	return edges("group_owners", "Who owns a group.", []inventory.Relation{inventory.Owns},
		column("owner_kind", Text, "user or group", func(r row) any { return string(r.edge.From.Kind) }),
		begin("owner_id", "", "id of the owner"), end("group_id", inventory.Group, "the group"))
}

func factors() View {
	v := entities("factors", inventory.Factor, "What people have enrolled to sign in with, beside passwords. In orgs of more than 2,000 people those of admins alone are known: see seen.", with([]Column{
		field("person_id", Text, "user", "whose it is"),
		field("type", Text, "factorType", "webauthn, signed_nonce (FastPass), push, token:software:totp, sms, call, email, question, …"),
		field("provider", Text, "provider", "OKTA, GOOGLE, DUO, …"),
		status(),
		column("strength", Text, "resistant (of phishing), fair, weak or none", func(r row) any { return access.StrengthOf(r.body.text("factorType")).String() }),
		column("phishing_resistant", Boolean, "WebAuthn, U2F, FastPass", func(r row) any { return access.StrengthOf(r.body.text("factorType")) == access.Resistant }),
		field("verified", Time, "lastVerified", "when it was last used"),
	}, made()...)...)
	v.keys = []string{"person_id"}
	return v
}
