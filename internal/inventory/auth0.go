package inventory

import (
	"net/url"
	"slices"
	"strings"
)

// Provider says whose API an org or tenant is read by. Its text is stable: it is
// stored, and part of the API.
type Provider string

// The providers.
const (
	ByOkta  Provider = "okta"
	ByAuth0 Provider = "auth0"
)

// Providers lists them.
func Providers() []Provider { return []Provider{ByOkta, ByAuth0} }

// The kinds of entities of an Auth0 tenant. They are no kinds of an Okta org, so
// [Kinds] does not list them.
//
//	auth0_user          GET /api/v2/users; of identities the connection and the id there, of metadata "okta.deactivated" alone
//	auth0_role          GET /api/v2/roles
//	auth0_organization  GET /api/v2/organizations
//	auth0_client        GET /api/v2/clients, without secrets and keys
//	auth0_connection    GET /api/v2/connections; of its options where it leads to
const (
	Auth0User         Kind = "auth0_user"
	Auth0Role         Kind = "auth0_role"
	Auth0Organization Kind = "auth0_organization"
	Auth0Client       Kind = "auth0_client"
	Auth0Connection   Kind = "auth0_connection"
)

// Auth0Kinds lists the kinds of entities of an Auth0 tenant.
func Auth0Kinds() []Kind {
	return []Kind{Auth0User, Auth0Role, Auth0Organization, Auth0Client, Auth0Connection}
}

// Holds is who has a role in an Auth0 tenant, whatever organization he acts for:
// auth0_user → auth0_role, GET /api/v2/roles/{id}/users. Who belongs to one of its
// organizations is [MemberOf]: auth0_user → auth0_organization, GET
// /api/v2/organizations/{id}/members.
const Holds Relation = "holds"

// Auth0Relations lists the relations of an Auth0 tenant.
func Auth0Relations() []Relation { return []Relation{MemberOf, Holds} }

// Auth0Collections lists all that is read of an Auth0 tenant, by name.
func Auth0Collections() []string {
	var all []string
	for _, k := range Auth0Kinds() {
		all = append(all, string(k))
	}
	for _, r := range Auth0Relations() {
		all = append(all, string(r))
	}
	return all
}

// CollectionsOf lists all that is read of what a provider has, by name.
func CollectionsOf(p Provider) []string {
	if p == ByAuth0 {
		return Auth0Collections()
	}
	return Collections()
}

// auth0List is a list of Auth0's, and what is made of it.
type auth0List struct {
	kind   Kind
	target string   // path and query of its first page
	under  string   // the field that the list stands in
	key    string   // the field of an object's id
	fields []string // those that are kept
	shape  func(body object)
	// around is a relation that is read around each object, from a path and under a
	// field; empty where there is none.
	around      Relation
	aroundPath  string
	aroundUnder string
}

// auth0Lists lists what is read by itself, but for people.
func auth0Lists() []auth0List {
	apps := auth0ClientFields()
	return []auth0List{
		{
			kind: Auth0Connection, target: "/api/v2/connections?take=50", under: "connections", key: "id",
			fields: []string{"id", "name", "display_name", "strategy", "realms", "is_domain_connection", "options"}, shape: shapeLogin,
		},
		{
			kind: Auth0Role, target: "/api/v2/roles?per_page=100&page=0&include_totals=true", under: "roles", key: "id",
			fields: []string{"id", "name", "description"}, around: Holds, aroundPath: "/api/v2/roles/{id}/users", aroundUnder: "users",
		},
		{
			kind: Auth0Organization, target: "/api/v2/organizations?take=100", under: "organizations", key: "id",
			fields: []string{"id", "name", "display_name"}, around: MemberOf, aroundPath: "/api/v2/organizations/{id}/members", aroundUnder: "members",
		},
		{
			kind: Auth0Client, target: "/api/v2/clients?" + url.Values{
				"per_page": {"100"}, "page": {"0"}, "include_totals": {"true"}, "include_fields": {"true"}, "fields": {strings.Join(apps, ",")},
			}.Encode(), under: "clients", key: "client_id", fields: apps,
		},
	}
}

// auth0ClientFields are the fields of applications that are asked for: no secret, no
// key, and nothing that apps keep for themselves.
func auth0ClientFields() []string {
	return []string{
		"client_id", "name", "description", "app_type", "is_first_party", "global", "callbacks", "allowed_origins", "web_origins", "allowed_logout_urls",
		"grant_types", "oidc_conformant", "token_endpoint_auth_method", "cross_origin_authentication", "organization_usage",
	}
}

// auth0UserFields are the fields of people that are asked for.
const auth0UserFields = "user_id,email,email_verified,username,phone_number,phone_verified,name,given_name,family_name,nickname,identities,created_at,updated_at,last_login,last_ip,logins_count,last_password_reset,blocked,user_metadata"

// shapeLogin leaves of the options of a connection where it leads to: the others
// are of no use here, and some are secrets.
func shapeLogin(body object) {
	options, _ := body["options"].(object)
	kept := object{}
	for _, name := range []string{"domain", "tenant_domain", "domain_aliases", "issuer", "signInEndpoint", "discovery_url", "oidc_metadata"} {
		switch v := options[name].(type) {
		case string, []any:
			kept[name] = v
		case object: // the issuer alone, where it stands in what was discovered
			if issuer := text(v, "issuer"); issuer != "" {
				kept["issuer"] = issuer
			}
		}
	}
	body["options"] = kept
}

// shapeAccount leaves of somebody's account what says who it is of: of identities
// no tokens and no profile, of metadata whether Okta has deactivated whom it is of.
func shapeAccount(body object) {
	identities, _ := body["identities"].([]any)
	kept := []any{}
	for _, i := range identities {
		if i, ok := i.(object); ok {
			kept = append(kept, only(i, "connection", "provider", "user_id", "isSocial"))
		}
	}
	body["identities"] = kept
	metadata, _ := body["user_metadata"].(object)
	delete(body, "user_metadata")
	if of, ok := metadata["okta"].(object); ok && of["deactivated"] != nil {
		body["user_metadata"] = object{"okta": only(of, "deactivated")}
	}
}

// only returns some fields of an object.
func only(of object, names ...string) object {
	out := object{}
	for _, name := range names {
		if v, ok := of[name]; ok {
			out[name] = v
		}
	}
	return out
}

// enterprise reports whether identities of a provider, as Auth0 calls it, are of people
// who come from a directory such as Okta.
func enterprise(provider string) bool {
	return slices.Contains([]string{"okta", "oidc", "samlp"}, provider)
}
