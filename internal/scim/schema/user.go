package schema

// User returns the resource type of users, with the enterprise extension.
func User() *Resource {
	r := &Resource{
		Name: "User", Endpoint: "Users", Description: "User Account",
		Core:       Schema{ID: UserURN, Name: "User", Description: "User Account", Attributes: userAttributes()},
		Extensions: []Schema{enterprise()},
	}
	return r.index()
}

func userAttributes() []Attribute {
	name := required(text("userName", "The name that the person signs in with: an e-mail address."))
	name.Uniqueness = "server"
	password := exact(text("password", "Taken and not kept: people sign in by their identity provider."))
	password.Mutability, password.Returned = WriteOnly, Never
	return []Attribute{
		name,
		complexOf("name", "The parts of the person's name.",
			text("formatted", "The whole name."), text("familyName", "The last name."), text("givenName", "The first name."),
			text("middleName", "The middle names."), text("honorificPrefix", "The title, as Ms."), text("honorificSuffix", "The suffix, as III.")),
		text("displayName", "The name that is shown."),
		text("nickName", "The casual name."),
		reference("profileUrl", "A page about the person.", "external"),
		text("title", "The job title."),
		text("userType", "How person and organization are related."),
		text("preferredLanguage", "The language, as in Accept-Language."),
		text("locale", "The locale, as en-US."),
		text("timezone", "The time zone, as Europe/Berlin."),
		boolean("active", "Whether the person may sign in."),
		password,
		plural("emails", "E-mail addresses.", text("value", "The address."), "work", "home", "other"),
		plural("phoneNumbers", "Telephone numbers.", text("value", "The number."), "work", "home", "mobile", "fax", "pager", "other"),
		plural("ims", "Instant messaging addresses.", text("value", "The address."), "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
		plural("photos", "Pictures of the person.", reference("value", "Where the picture is.", "external"), "photo", "thumbnail"),
		addresses(),
		groups(),
		plural("entitlements", "What the person is entitled to.", text("value", "The entitlement.")),
		plural("roles", "What the person is in the organization.", text("value", "The role.")),
		certificates(),
	}
}

func addresses() Attribute {
	a := plural("addresses", "Postal addresses.", text("formatted", "The whole address."), "work", "home", "other")
	a.Sub = append(a.Sub, text("streetAddress", "Street and number."), text("locality", "The city."), text("region", "The state or region."),
		text("postalCode", "The postal code."), text("country", "The country, by two letters."))
	return a
}

// groups is what the person is a member of; groups are changed by the groups.
func groups() Attribute {
	kind := text("type", "Whether the person is a member itself or by another group.")
	kind.Canonical = []string{"direct", "indirect"}
	return readOnly(many(complexOf("groups", "The groups that the person is a member of.",
		exact(text("value", "The identifier of the group.")), reference("$ref", "Where the group is.", "User", "Group"),
		text("display", "The group's name."), kind)))
}

func certificates() Attribute {
	val := exact(text("value", "The certificate, DER in Base64."))
	val.Type = Binary
	return plural("x509Certificates", "Certificates.", val)
}

func enterprise() Schema {
	return Schema{
		ID: EnterpriseURN, Name: "EnterpriseUser", Description: "Enterprise User",
		Attributes: []Attribute{
			text("employeeNumber", "The number of the employee."),
			text("costCenter", "The cost center."),
			text("organization", "The organization."),
			text("division", "The division."),
			text("department", "The department."),
			complexOf("manager", "The person's manager.",
				exact(text("value", "The identifier of the manager.")), reference("$ref", "Where the manager is.", "User"),
				readOnly(text("displayName", "The manager's name."))),
		},
	}
}

// Group returns the resource type of groups.
func Group() *Resource {
	kind := immutable(text("type", "What the member is."))
	kind.Canonical = []string{"User", "Group"}
	r := &Resource{
		Name: "Group", Endpoint: "Groups", Description: "Group",
		Core: Schema{ID: GroupURN, Name: "Group", Description: "Group", Attributes: []Attribute{
			required(text("displayName", "The name of the group.")),
			many(complexOf("members", "The members of the group.",
				immutable(exact(text("value", "The identifier of the member."))),
				immutable(reference("$ref", "Where the member is.", "User", "Group")),
				immutable(text("display", "The member's name.")), kind)),
		}},
	}
	return r.index()
}
