package okta

import (
	"maps"
	"slices"
	"strings"
)

func schemaRoutes() []route {
	return []route{get("/api/v1/meta/schemas/user/{schema}", areaSchemas, getUserSchema)}
}

// selfWritten says whether people may change an attribute of themselves.
func selfWritten(attribute string) bool {
	return slices.Contains([]string{"secondEmail", "mobilePhone", "nickName", "preferredLanguage", "locale", "timezone"}, attribute)
}

// getUserSchema answers what the profile of people consists of. Every type of
// users has the same.
func getUserSchema(c *call) (answer, error) {
	id := c.arg(0)
	known := id == "default"
	for _, t := range c.things.on("/api/v1/meta/types/user") {
		known = known || id == "osc"+strings.TrimPrefix(t.id, "oty")
	}
	if !known {
		return answer{}, notFound(id, "Schema")
	}
	base, custom := map[string]any{}, map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(c.attributes)) {
		self := "READ_ONLY"
		if selfWritten(name) {
			self = "READ_WRITE"
		}
		to := base
		if baseAttributes()[name] == "" {
			to = custom
		}
		property := map[string]any{
			"title": name, "type": string(c.attributes[name]), "mutability": "READ_WRITE", "scope": "NONE",
			"permissions": []any{map[string]string{"principal": "SELF", "action": self}}, "master": map[string]string{"type": "PROFILE_MASTER"},
		}
		if c.attributes[name] == arrayType {
			property["items"] = map[string]string{"type": "string"}
		}
		to[name] = property
	}
	part := func(anchor string, properties map[string]any, required ...string) map[string]any {
		return map[string]any{"id": anchor, "type": "object", "properties": properties, "required": append([]string{}, required...)}
	}
	schema := c.url("meta/schemas", c.orgID, id)
	return ok(map[string]any{
		"id": schema, "$schema": "http://json-schema.org/draft-04/schema#", "name": "user", "title": "User", "type": "object",
		"created": at(c.born), "lastUpdated": at(c.born),
		"definitions": map[string]any{"base": part("#base", base, "login", "email"), "custom": part("#custom", custom)},
		"properties":  map[string]any{"profile": map[string]any{"allOf": []any{map[string]string{"$ref": "#/definitions/custom"}, map[string]string{"$ref": "#/definitions/base"}}}},
		"_links": map[string]any{
			"self": map[string]string{"rel": "self", "href": c.url("api/v1/meta/schemas/user", id), "method": "GET"},
			"type": map[string]string{"rel": "type", "href": c.url("api/v1/meta/types/user", c.userTypeID), "method": "GET"},
		},
	})
}
