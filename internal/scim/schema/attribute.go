package schema

// The makers of attributes give each the characteristics that RFC 7643 gives
// most: readWrite, returned by default, compared without letter case.

func text(name, description string) Attribute {
	return Attribute{Name: name, Type: String, Description: description, Mutability: ReadWrite, Returned: Default, Uniqueness: "none"}
}

func boolean(name, description string) Attribute {
	a := text(name, description)
	a.Type = Boolean
	return a
}

func reference(name, description string, to ...string) Attribute {
	a := text(name, description)
	a.Type, a.References, a.CaseExact = Reference, to, true
	return a
}

func complexOf(name, description string, sub ...Attribute) Attribute {
	a := text(name, description)
	a.Type, a.Sub = Complex, sub
	return a
}

func many(a Attribute) Attribute {
	a.Multi = true
	return a
}

func exact(a Attribute) Attribute {
	a.CaseExact = true
	return a
}

func required(a Attribute) Attribute {
	a.Required = true
	return a
}

// readOnly makes an attribute, and all below it, the server's to write.
func readOnly(a Attribute) Attribute {
	a.Mutability = ReadOnly
	for i := range a.Sub {
		a.Sub[i] = readOnly(a.Sub[i])
	}
	return a
}

func immutable(a Attribute) Attribute {
	a.Mutability = Immutable
	return a
}

// plural is a multi-valued attribute with the sub-attributes of RFC 7643
// section 2.4.
func plural(name, description string, val Attribute, canonical ...string) Attribute {
	kind := text("type", "What the value is for.")
	kind.Canonical = canonical
	return many(complexOf(name, description, val,
		text("display", "The value as people read it."), kind,
		boolean("primary", "Whether this is the preferred value; one at most is.")))
}

// common are the attributes that every resource has (RFC 7643 section 3.1).
func common() []Attribute {
	id := readOnly(exact(text("id", "The identifier that the server gave.")))
	id.Returned, id.Uniqueness = Always, "server"
	schemas := many(exact(text("schemas", "The schemas that the resource has attributes of.")))
	schemas.Type, schemas.Returned = Reference, Always
	created, modified := text("created", "When it was made."), text("lastModified", "When it was last changed.")
	created.Type, modified.Type = DateTime, DateTime
	return []Attribute{
		schemas, id,
		exact(text("externalId", "The identifier that the client gave.")),
		readOnly(complexOf("meta", "What the server knows of the resource.",
			exact(text("resourceType", "The type of the resource.")), created, modified,
			reference("location", "Where the resource is.", "uri"),
			exact(text("version", "The entity tag of the resource.")))),
	}
}
