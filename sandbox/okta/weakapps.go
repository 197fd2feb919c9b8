package okta

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// weakRoles makes custom roles, and what they are about.
func (s *seeder) weakRoles(w weakPeople) {
	for _, label := range slices.Sorted(maps.Keys(w.Roles)) {
		s.customRoles.add(&customRole{id: s.ids.next("cr0"), label: label, description: label, permissions: w.Roles[label], created: s.start})
	}
	for _, label := range slices.Sorted(maps.Keys(w.Sets)) {
		set := &resourceSet{id: s.ids.next("iam"), label: label, description: label, created: s.start}
		for _, resource := range w.Sets[label] {
			product, rest, _ := strings.Cut(resource, ":")
			if kind, name, named := strings.Cut(rest, "/"); named {
				of, part, parts := strings.Cut(name, "/")
				rest = kind + "s:" + s.idOf(kind, of)
				if parts {
					rest += ":" + part
				}
			}
			set.resources = append(set.resources, "orn:okta:"+product+":"+s.orgID+":"+rest)
		}
		s.resourceSets.add(set)
	}
}

func (s *seeder) weakGroup(in weakGroup) {
	kind := oktaGroup
	if in.Source != "" {
		kind = importedGroup
	}
	g := newGroup(s.Org, kind, in.Name, "Planted", s.start)
	g.source, _ = s.apps.all.get(s.idOf("app", in.Source))
	switch {
	case in.Role != "":
		id := s.ids.next("gra")
		if role, _ := roleOf(in.Role); role.targetable {
			id = standardRoleID(in.Role)
		}
		g.roles.add(&assignment{ID: id, Type: in.Role, created: s.start})
	case in.Custom[0] != "":
		r, _ := named(&s.customRoles, in.Custom[0], roleLabel)
		set, _ := named(&s.resourceSets, in.Custom[1], setLabel)
		g.roles.add(&assignment{ID: s.ids.next("irb"), Type: custom, created: s.start, custom: r, about: set})
	}
	for _, label := range in.Apps {
		if a, found := s.apps.all.get(s.idOf("app", label)); found {
			a.assignGroup(&appGroup{group: g, priority: len(a.groups), profile: map[string]any{}, id: s.ids.next("gaa"), lastUpdated: s.start})
		}
	}
}

// weakOwners says whose a group is, and where it is pushed to: an app that is
// not provisioned any more, so that nothing is sent.
func (s *seeder) weakOwners(in weakGroup) {
	g, _ := s.dir.groups.get(s.idOf("group", in.Name))
	for _, login := range in.Owners {
		if u, found := s.dir.find(login + "@" + s.domain + ".example"); found {
			g.owners = append(g.owners, owner{ID: u.id, Type: "USER", Resolved: true, OriginType: "OKTA_DIRECTORY", DisplayName: u.name(), LastUpdated: at(s.start)})
		}
	}
	if a, found := s.apps.all.get(s.idOf("app", in.Pushed)); found {
		if a.provisioning == nil {
			a.provisioning = &provisioning{baseURL: "https://" + a.name + "." + s.domain + ".example/scim"}
		}
		if !slices.Contains(a.features, featureGroups) {
			a.features = append(a.features, featureGroups)
		}
		a.provisioning.mappings.add(&pushMapping{id: s.ids.next("gPm"), target: s.ids.next("00g"), group: g, on: true, created: s.start, lastUpdated: s.start})
	}
}

func (s *seeder) weakApp(in weakApp) error {
	if in.Integration {
		newSecret(s.Org, newService(s.Org, in.Name, in.Label, in.Scopes, s.people[0].id))
		return nil
	}
	a := &app{id: s.ids.next("0oa"), status: "ACTIVE", created: s.end.AddDate(0, 0, -max(in.Made, 30)), users: map[string]*appUser{}}
	settings := merged(map[string]any{}, in.Settings)
	if in.Key {
		key, err := s.publicKey(in.Label)
		if err != nil {
			return err
		}
		client, _ := settings["oauthClient"].(map[string]any)
		settings["oauthClient"] = merged(map[string]any{
			"application_type": "service", "grant_types": []any{"client_credentials"}, "response_types": []any{"token"}, "dpop_bound_access_tokens": true,
			"jwks": map[string]any{"keys": []any{key}}, "network": map[string]any{"connection": "ZONE", "include": []any{fixedID("nzo", s.orgID+"/Offices")}},
		}, client)
	}
	input := appInput{Name: in.Name, Label: in.Label, SignOnMode: in.Mode, Features: in.Features, Settings: settings}
	input.Credentials = map[string]any{}
	if in.Mode == "OPENID_CONNECT" {
		method := map[bool]string{true: "private_key_jwt", false: "client_secret_basic"}[in.Key]
		input.Credentials["oauthClient"] = map[string]any{"token_endpoint_auth_method": method, "pkce_required": true}
	}
	if err := a.take(&call{change: change{Org: s.Org}}, input); err != nil {
		return fmt.Errorf("make the app %s: %w", in.Label, err)
	}
	if in.SignOn != nil {
		a.settings = merged(a.settings, map[string]any{"signOn": in.SignOn})
	}
	if in.Policy != "" {
		a.accessPolicy = fixedID("00p", s.orgID+"/ACCESS_POLICY/"+in.Policy)
	}
	s.apps.add(a)
	for i, name := range in.Groups {
		g, found := s.dir.groups.get(s.idOf("group", name))
		if !found {
			return fmt.Errorf("assign the app %s: there is no group %s", in.Label, name)
		}
		a.assignGroup(&appGroup{group: g, priority: i, profile: map[string]any{}, id: s.ids.next("gaa"), lastUpdated: s.start})
	}
	for _, scope := range in.Scopes {
		a.grants.add(&scopeGrant{id: s.ids.next("oag"), scope: scope, by: s.people[0].id, created: s.start})
	}
	if in.Role != "" {
		a.roles.add(&assignment{ID: s.ids.next("irb"), Type: in.Role, created: s.start})
	}
	return nil
}

// weakStreams are a log stream that works and one that does not. Nothing is sent
// to EventBridge from here.
func (s *seeder) weakStreams() {
	for name, active := range map[string]bool{"Archive": true, "Detection": false} {
		s.streams.add(&stream{
			id: fixedID("0oa", s.orgID+"/stream/"+name), name: name, kind: streamAWS, active: active, created: s.start, lastUpdated: s.start,
			settings: streamSettings{AccountID: "123456789012", EventSourceName: "okta_" + strings.ToLower(name), Region: "us-east-2"},
		})
	}
}

// weakPast has every app used, so that none is idle.
func (s *seeder) weakPast() {
	u := s.people[4]
	for _, a := range s.apps.all.items {
		c := &change{Org: s.Org, actor: userActor(u), from: s.place(), id: s.ids.request(), session: s.ids.session(), path: "/app/" + a.name + "/" + a.id}
		c.when = s.end.AddDate(0, 0, -2)
		if a.service || a.oauthSetting("application_type") == "service" {
			c.actor = clientActor(a)
			c.emit("app.oauth2.token.grant.access_token", fact{targets: targets(a)})
		} else {
			f := appUserFact(a, &appUser{id: "0ua" + u.id[3:], userName: u.login()}, u)
			f.debug = map[string]any{"initiationType": "IDP_INITIATED", "signOnMode": "SAML 2.0"}
			c.emit("user.authentication.sso", f)
		}
		s.events.Append(c.pending...)
	}
}
