package scenario

import (
	"sallyport/sandbox/okta"
)

var _ = add(Scenario{
	Name:  "rogue_identity_provider",
	Title: "An identity provider that vouches for anybody",
	Happens: "Somebody with the account of an admin adds an identity provider of their own and a rule that sends sign-ins to it. " +
		"It says that they are another person; Okta believes it and asks for no password.",
	Expect: "system.idp.lifecycle.create and .activate in a session from an unusual place, a new routing rule, and soon after it user.authentication.auth_via_IDP " +
		"from the address that added the provider.",
	Techniques: []string{"T1484.002", "T1078.004"},
	Raises: append(consoleOf(
		Alert{"identity_provider_added", theProvider, []string{"system.idp.lifecycle.create", "system.idp.lifecycle.activate"}},
		Alert{"policy_rule_changed", theAdmin, []string{"policy.rule.add"}},
		Alert{"idp_sign_in_after_it_was_added", theVictim, []string{"system.idp.lifecycle.activate", "user.authentication.auth_via_IDP"}},
	), signInOf(theVictim)...),
	fits: canSignIn,
	play: rogueIdentityProvider,
})

func rogueIdentityProvider(s *stage) error {
	from := s.stranger()
	if err := s.seen(s.victim.Login, s.home(s.victim.Login)); err != nil {
		return err
	}
	session, err := s.intrude(from)
	if err != nil {
		return err
	}
	admin := s.cast[theAdmin].ID
	idp := okta.Target{ID: "0oa" + s.hex(17), Type: "AppInstance", AlternateID: "Partner login", DisplayName: "Partner login"}
	s.cast[theProvider] = Entity{"app", idp.ID, idp.DisplayName}
	for _, verb := range []string{"create", "activate"} {
		transaction := s.hex(32)
		s.emit(0, okta.Event{
			Type: "system.idp.lifecycle." + verb, Actor: admin, Client: from, Targets: []okta.Target{idp}, Transaction: transaction, Session: session,
			DebugData: web(transaction, "/api/v1/idps", from, map[string]any{"idpName": idp.DisplayName, "type": "SAML2", "protocol": "SAML2"}),
		})
	}
	transaction := s.hex(32)
	s.emit(0, okta.Event{
		Type: "policy.rule.add", Actor: admin, Client: from, Transaction: transaction, Session: session,
		Targets:   []okta.Target{{ID: "0pr" + s.hex(17), Type: "PolicyRule", AlternateID: "unknown", DisplayName: "Partners", Detail: map[string]any{"policyType": "IdpDiscovery"}}},
		DebugData: web(transaction, "/api/v1/policies/rules", from, nil),
	})
	transaction, session = s.hex(32), s.sessionID()
	s.emit(0, okta.Event{
		Type: "user.authentication.auth_via_IDP", Actor: s.victim.ID, Client: from, Targets: []okta.Target{idp, person(s.victim)}, Transaction: transaction, Session: session,
		DebugData: web(transaction, "/sso/saml2/"+idp.ID, from, map[string]any{"idpDisplayName": idp.DisplayName, "username": s.victim.Login, "subjectName": s.victim.Login}),
	})
	if _, err := s.enter(s.victim.Login, from, okta.Entry{Session: session, Transaction: transaction, Once: true}); err != nil {
		return err
	}
	s.note = "The stranger has a session of " + s.victim.Login + ", and can have one of anybody. The identity provider is in the log alone: the simulated org has none."
	return nil
}
